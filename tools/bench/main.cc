// bench: measures this build against floors of this machine, in one run.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tools/bench/measure.h"

namespace {

int run(bool full, const std::string& part, const std::string& json_file) {
  using pawprint::bench::Row;
  std::string name = (std::filesystem::temp_directory_path() / "pawprint-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    std::cerr << "bench: cannot make a folder in " << name << "\n";
    return 3;
  }
  std::vector<Row> rows;
  const auto add = [&](std::vector<Row> more) {
    rows.insert(rows.end(), more.begin(), more.end());
  };
  std::vector<int> sizes = full ? std::vector{1000, 10'000, 100'000} : std::vector{1000, 10'000};
  if (part == "store") sizes.clear();
  for (const int routes : sizes) {
    std::cerr << "bench: engine at " << routes << " routes\n";
    add(pawprint::bench::engine_rows(routes));
  }
  if (part != "engine") {
    std::cerr << "bench: store\n";
    add(pawprint::bench::store_rows(name, full ? 100'000 : 20'000));
  }
  std::filesystem::remove_all(name);
  std::cout << pawprint::bench::table(rows);
  if (json_file.empty()) return 0;
  std::ofstream out(json_file);
  out << pawprint::bench::json(rows);
  return out ? 0 : 3;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Measures decode, reduce, append and replay beside floors of the same run.\n"
      "Example: bench quick --json rows.json",
      "bench"};
  std::string size = "quick";
  std::string part = "all";
  std::string json_file;
  app.add_option("size", size, "quick (1k and 10k routes) or full (also 100k)")
      ->check(CLI::IsMember({"quick", "full"}));
  app.add_option("--part", part, "all, or only the rows of the engine or of the store")
      ->check(CLI::IsMember({"all", "engine", "store"}));
  app.add_option("--json", json_file, "also write the rows as JSON to this file");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return run(size == "full", part, json_file);
}
