// ssh calls it with its question as the argument (SSH_ASKPASS, ssh(1)) and reads the answer from its output.
// The answers lie in the private folder that DBACKUP_ASKPASS names: "passphrase" of the key, and "password".

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

int main(int count, char** arguments) {
    const char* folder = std::getenv("DBACKUP_ASKPASS");  // NOLINT(concurrency-mt-unsafe): one thread
    if (count < 2 || folder == nullptr) {
        std::cerr << "dbackup-askpass: only ssh calls this\n";
        return 2;
    }
    const std::string question = arguments[1];
    const bool of_key = question.find("passphrase") != std::string::npos;
    std::ifstream file(std::string(folder) + (of_key ? "/passphrase" : "/password"), std::ios::binary);
    if (!file) return 1;
    std::cout << file.rdbuf() << '\n';
    return std::cout.flush() ? 0 : 1;
}
