#include <iostream>

#include "cli/program.h"

int main(int argc, char** argv) {
    return dbackup::cli::runProgram({argv + 1, argv + argc}, std::cout, std::cerr);
}
