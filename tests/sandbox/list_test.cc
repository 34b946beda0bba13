// Lists: pages, versions, selectors.
#include <set>

#include "tests/sandbox/both_servers.h"

namespace pawprint::sandbox::test {
namespace {

class ListTest : public BothServers {
 protected:
  void make(int count) {
    for (int i = 0; i < count; ++i) {
      Json map = object("v1", "ConfigMap", "c" + std::to_string(i));
      map["metadata"]["labels"] = {{"parity", i % 2 == 0 ? "even" : "odd"}};
      if (i == 0) map["metadata"]["labels"]["first"] = "yes";
      ASSERT_EQ(post(core_path("configmaps"), map).status, 201);
    }
  }

  std::string names(const std::string& query) {
    std::string out;
    Reply reply = get(core_path("configmaps") + "?" + query);
    EXPECT_EQ(reply.status, 200) << reply.text;
    for (const Json& item : member(reply.body, "items")) {
      std::string name = text(item["metadata"], "name");
      if (name != "kube-root-ca.crt") out += (out.empty() ? "" : " ") + name;
    }
    return out;
  }
};
PAWPRINT_ON_BOTH_SERVERS(ListTest);

TEST_P(ListTest, ListsSayWhatTheyAre) {
  Reply empty = get(routes());
  ASSERT_EQ(empty.status, 200);
  EXPECT_EQ(empty.body["kind"], "HTTPRouteList");
  EXPECT_EQ(empty.body["apiVersion"], "gateway.networking.k8s.io/v1");
  EXPECT_EQ(empty.body["items"], Json::array());
  EXPECT_FALSE(empty.version().empty());
  Reply made = post(routes(), route("a"));
  Reply one = get(routes());
  EXPECT_EQ(one.body["items"], Json::array({made.body}));
  EXPECT_GE(std::stoull(one.version()), std::stoull(made.version()));
}

TEST_P(ListTest, ItemsOfBuiltInListsCarryNoType) {
  make(1);
  Reply list = get(core_path("configmaps"));
  EXPECT_EQ(list.body["kind"], "ConfigMapList");
  EXPECT_FALSE(list.body["items"][0].contains("kind"));
  EXPECT_FALSE(list.body["items"][0].contains("apiVersion"));
}

TEST_P(ListTest, PagesAreOneSnapshot) {
  make(5);
  std::set<std::string> seen;
  std::string version, next;
  int pages = 0;
  do {
    Reply page =
        get(core_path("configmaps") + "?limit=2" + (next.empty() ? "" : "&continue=" + next));
    ASSERT_EQ(page.status, 200) << page.text;
    ASSERT_LE(page.body["items"].size(), 2U);
    if (pages++ == 0) {
      version = page.version();
      EXPECT_GE(page.body["metadata"]["remainingItemCount"], 3);
      // Neither deletions nor creations after the first page show.
      ASSERT_EQ(remove(core_path("configmaps", "c4")).status, 200);
      ASSERT_EQ(post(core_path("configmaps"), object("v1", "ConfigMap", "c9")).status, 201);
    }
    EXPECT_EQ(page.version(), version);
    for (const Json& item : page.body["items"]) {
      EXPECT_TRUE(seen.insert(text(item["metadata"], "name")).second);
    }
    next = page.metadata("continue");
  } while (!next.empty() && pages < 10);
  EXPECT_EQ(seen.count("c4"), 1U);
  EXPECT_EQ(seen.count("c9"), 0U);
  EXPECT_GE(seen.size(), 5U);
}

TEST_P(ListTest, ContinueExcludesAVersion) {
  make(3);
  Reply page = get(core_path("configmaps") + "?limit=1");
  Reply both = get(core_path("configmaps") + "?limit=1&resourceVersion=" + page.version() +
                   "&continue=" + page.metadata("continue"));
  EXPECT_EQ(both.status, 400);
  EXPECT_EQ(get(core_path("configmaps") + "?continue=nonsense").status, 400);
}

TEST_P(ListTest, SelectorsFilter) {
  make(4);
  EXPECT_EQ(names("labelSelector=parity%3Dodd"), "c1 c3");
  EXPECT_EQ(names("labelSelector=parity%21%3Dodd"), "c0 c2");
  EXPECT_EQ(names("labelSelector=first"), "c0");
  EXPECT_EQ(names("labelSelector=%21first,parity"), "c1 c2 c3");
  EXPECT_EQ(names("labelSelector=parity%20in%20(even,odd),first%20notin%20(yes)"), "c1 c2 c3");
  EXPECT_EQ(names("fieldSelector=metadata.name%3Dc2"), "c2");
  EXPECT_EQ(names("fieldSelector=metadata.namespace%3D" + space_ + "&labelSelector=first"), "c0");
  EXPECT_EQ(get(routes() + "?fieldSelector=spec.hostnames%3Da").status, 400);
  EXPECT_EQ(get(routes() + "?labelSelector=a%3D%3D%3Db").status, 400);
}

TEST_P(ListTest, AllNamespacesTogether) {
  ASSERT_EQ(post(routes(), route("a")).status, 201);
  Reply all = get(
      "/apis/gateway.networking.k8s.io/v1/httproutes?fieldSelector=metadata.namespace%3D" + space_);
  ASSERT_EQ(all.status, 200);
  EXPECT_EQ(all.body["items"].size(), 1U);
}

TEST_P(ListTest, VersionsOfTheFutureTimeOut) {
  Reply reply = get(routes() + "?resourceVersion=999999999999");
  EXPECT_EQ(reply.status, 504);
  EXPECT_EQ(reply.body["reason"], "Timeout");
  EXPECT_EQ(reply.body["details"]["causes"][0]["reason"], "ResourceVersionTooLarge");
  EXPECT_EQ(reply.body["details"]["retryAfterSeconds"], 1);
}

TEST_P(ListTest, MalformedParametersAreBadRequests) {
  EXPECT_EQ(get(routes() + "?resourceVersion=abc").status, 400);
  EXPECT_EQ(get(routes() + "?limit=many").status, 400);
  Reply match = get(routes() + "?resourceVersionMatch=NotOlderThan");
  EXPECT_EQ(match.status, 422);
  EXPECT_EQ(match.body["details"]["causes"][0]["field"], "resourceVersionMatch");
}

TEST_P(ListTest, NotOlderThanIsAtLeastTheVersion) {
  Reply made = post(routes(), route("a"));
  Reply list =
      get(routes() + "?resourceVersionMatch=NotOlderThan&resourceVersion=" + made.version());
  ASSERT_EQ(list.status, 200) << list.text;
  EXPECT_GE(std::stoull(list.version()), std::stoull(made.version()));
  EXPECT_EQ(list.body["items"].size(), 1U);
}

TEST_P(ListTest, ExactIsThePast) {
  Reply made = post(routes(), route("a"));
  ASSERT_EQ(merge(routes("a"), {{"metadata", {{"labels", {{"x", "y"}}}}}}).status, 200);
  Reply list = get(routes() + "?resourceVersionMatch=Exact&resourceVersion=" + made.version());
  ASSERT_EQ(list.status, 200) << list.text;
  EXPECT_EQ(list.version(), made.version());
  ASSERT_EQ(list.body["items"].size(), 1U);
  EXPECT_EQ(list.body["items"][0], made.body);
}

TEST_P(ListTest, Tables) {
  const std::string accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
  ASSERT_EQ(post(routes(), route("a")).status, 201);
  Reply table = send(endpoint_, Call{"GET", routes(), "", "", accept});
  ASSERT_EQ(table.status, 200) << table.text;
  EXPECT_EQ(table.body["kind"], "Table");
  EXPECT_EQ(table.body["apiVersion"], "meta.k8s.io/v1");
  std::string names;
  for (const Json& column : table.body["columnDefinitions"]) names += text(column, "name") + " ";
  EXPECT_EQ(names, "Name Hostnames Age ");
  ASSERT_EQ(table.body["rows"].size(), 1U);
  const Json& row = table.body["rows"][0];
  EXPECT_EQ(row["cells"][0], "a");
  EXPECT_EQ(row["cells"][1], "[\"a.example.com\"]");
  EXPECT_EQ(text(Json{{"age", row["cells"][2]}}, "age").back(), 's');
  EXPECT_EQ(row["object"]["kind"], "PartialObjectMetadata");
  EXPECT_EQ(row["object"]["metadata"]["name"], "a");
  Json listener = {{"name", "http"}, {"port", 80}, {"protocol", "HTTP"}};
  ASSERT_EQ(post(gateway_path("gateways"),
                 object("gateway.networking.k8s.io/v1", "Gateway", "g",
                        {{"gatewayClassName", "c"}, {"listeners", Json::array({listener})}}))
                .status,
            201);
  Reply gateway = send(endpoint_, Call{"GET", gateway_path("gateways", "g"), "", "", accept});
  // Class, Address (none yet), Programmed (a filtered path), Age.
  Json cells = gateway.body["rows"][0]["cells"];
  cells.erase(4);
  EXPECT_EQ(cells, Json::array({"g", "c", nullptr, "Unknown"}));
}

TEST_P(ListTest, MetadataAlone) {
  ASSERT_EQ(post(routes(), route("a")).status, 201);
  Call call{"GET", routes(), "", "",
            "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"};
  Reply list = send(endpoint_, call);
  ASSERT_EQ(list.status, 200) << list.text;
  EXPECT_EQ(list.body["kind"], "PartialObjectMetadataList");
  EXPECT_EQ(list.body["items"][0]["kind"], "PartialObjectMetadata");
  EXPECT_EQ(list.body["items"][0]["metadata"]["name"], "a");
  EXPECT_FALSE(list.body["items"][0].contains("spec"));
}

}  // namespace
}  // namespace pawprint::sandbox::test
