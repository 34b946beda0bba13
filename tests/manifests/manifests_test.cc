#include "tools/manifests/manifests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace pawprint::manifests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ReadManifests : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("pawprint-manifests-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const fs::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  static std::string yaml(const std::string& name) {
    return "apiVersion: v1\nkind: Service\nmetadata:\n  name: " + name + "\n";
  }
  static std::string json(const std::string& name) {
    return R"({"apiVersion":"v1","kind":"Service","metadata":{"name":")" + name + "\"}}";
  }

  static std::vector<std::string> bodies(const std::vector<std::string>& paths) {
    const auto documents = read_manifests(paths);
    if (!documents) return {"error: " + documents.error().message};
    std::vector<std::string> out;
    for (const Document& each : *documents) out.push_back(each.json);
    return out;
  }

  fs::path folder_;
};

TEST_F(ReadManifests, FoldersGiveTheirFilesByName) {
  write("b.yaml", yaml("b1") + "---\n" + yaml("b2"));
  write("a.json", json("a1") + "\n" + json("a2"));
  write("c.yml", yaml("c"));
  write("notes.txt", "not a manifest");
  fs::create_directory(folder_ / "sub.yaml");
  EXPECT_EQ(bodies({folder_.string()}),
            (std::vector<std::string>{json("a1"), json("a2"), json("b1"), json("b2"), json("c")}));
}

TEST_F(ReadManifests, OrderOfPathsIsKept) {
  const auto z = write("z.yaml", yaml("z"));
  const auto a = write("a", yaml("a"));  // The name says nothing; the text does.
  const auto j = write("j", json("j"));
  EXPECT_EQ(bodies({z, j, a}), (std::vector<std::string>{json("z"), json("j"), json("a")}));
}

TEST_F(ReadManifests, YamlMayBeginWithABrace) {
  const auto flow = write("flow.yaml", "{apiVersion: v1, kind: Service, metadata: {name: a}}\n");
  const auto stream = write("stream.yaml", json("b") + "\n---\n" + json("c") + "\n");
  EXPECT_EQ(bodies({flow, stream}), (std::vector<std::string>{json("a"), json("b"), json("c")}));
}

TEST_F(ReadManifests, OriginsNameFileDocumentAndLine) {
  const auto path = write("x.yaml", "# c\n" + yaml("a") + "---\n" + yaml("b"));
  const auto documents = read_manifests({path});
  ASSERT_TRUE(documents.has_value());
  EXPECT_EQ((*documents)[1].origin.str(), path + ", document 2, line 7");
}

TEST_F(ReadManifests, FaultsAreOneLineThatSaysWhere) {
  const auto message = [](const std::string& path) {
    const auto documents = read_manifests({path});
    if (documents) return std::string("read");
    EXPECT_EQ(documents.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(documents.error().message.find('\n'), std::string::npos);
    return documents.error().message;
  };
  const auto bad = write("bad.yaml", yaml("a") + "---\nkind: x\nkind: y\n");
  EXPECT_EQ(message(bad), bad + ", document 2, line 7: key 'kind' appears twice");
  const auto cut = write("cut.json", json("a") + "\n{\"kind\":\n");
  EXPECT_EQ(message(cut), cut + ", document 2, line 2: the text ends inside a document");
  const auto event = write("event.json", "{\"type\":\"ADDED\",\"object\":" + json("a") + "}");
  EXPECT_THAT(message(event), HasSubstr("pawprint import"));
  const auto nameless = write("n.yaml", "apiVersion: v1\nkind: Service\n");
  EXPECT_EQ(message(nameless), nameless + ", document 1, line 1: the object has no metadata.name");
  EXPECT_EQ(message((folder_ / "none.yaml").string()),
            "cannot read " + (folder_ / "none.yaml").string() + ": No such file or directory");
  fs::create_directory(folder_ / "empty");
  EXPECT_THAT(message((folder_ / "empty").string()), HasSubstr("no .yaml, .yml or .json file in"));
  EXPECT_FALSE(read_manifests({"-", "-"}).has_value());
}

TEST_F(ReadManifests, OpensStreams) {
  auto reader = open_objects(
      write("e.jsonl", "{\"type\":\"ADDED\",\"object\":" + json("a") + "}\ngarbage\n" + json("b")));
  ASSERT_TRUE(reader.has_value());
  EXPECT_EQ((**reader->next()).event, "ADDED");
  EXPECT_FALSE((**reader->next()).decodable);
  EXPECT_EQ((**reader->next()).body, json("b"));
  EXPECT_FALSE(reader->next()->has_value());
  EXPECT_FALSE(open_objects((folder_ / "none").string()).has_value());
  EXPECT_THAT(open_objects(folder_.string()).error().message, HasSubstr("Is a directory"));
}

}  // namespace
}  // namespace pawprint::manifests
