#include <dbackup/sdk/plugin.h>

#include "s3_aws_schema.h"
#include "s3_generic_schema.h"
#include "s3_hetzner_schema.h"
#include "s3_r2_schema.h"
#include "s3_target.h"

namespace {

using dbackup::sdk::component;
namespace s3 = dbackup::s3;

constexpr const char* capabilities = R"json({"ranges": true})json";

constexpr dbackup_component generic =
    component<s3::GenericTarget>("s3-generic", "S3 compatible storage", s3_generic_schema, capabilities);
constexpr dbackup_component aws =
    component<s3::AwsTarget>("s3-aws", "Amazon S3", s3_aws_schema, capabilities);
constexpr dbackup_component r2 =
    component<s3::R2Target>("s3-r2", "Cloudflare R2", s3_r2_schema, capabilities);
constexpr dbackup_component hetzner =
    component<s3::HetznerTarget>("s3-hetzner", "Hetzner Object Storage", s3_hetzner_schema, capabilities);
constexpr const dbackup_component* components[] = {&generic, &aws, &r2, &hetzner, nullptr};

}  // namespace

DBACKUP_PLUGIN("s3", "0.1.0", components)
