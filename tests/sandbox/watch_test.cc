// Watches: where they start, how they resume, when they fail.
#include "tests/sandbox/both_servers.h"

namespace pawprint::sandbox::test {
namespace {

class WatchTest : public BothServers {
 protected:
  static std::string shown(const Json& event) {
    return text(event, "type") + " " + text(member(member(event, "object"), "metadata"), "name");
  }
  static std::string version(const Json& event) {
    return text(member(member(event, "object"), "metadata"), "resourceVersion");
  }
  void label(const std::string& name, const std::string& value) {
    ASSERT_EQ(merge(routes(name), {{"metadata", {{"labels", {{"x", value}}}}}}).status, 200);
  }
};
PAWPRINT_ON_BOTH_SERVERS(WatchTest);

TEST_P(WatchTest, WithoutAVersionThePresentComesFirst) {
  Reply made = post(routes(), route("a"));
  Watch stream = watch(routes());
  ASSERT_EQ(stream.status(), 200);
  Json first = stream.next();
  EXPECT_EQ(shown(first), "ADDED a");
  EXPECT_EQ(first["object"], made.body);
  label("a", "1");
  EXPECT_EQ(shown(stream.next()), "MODIFIED a");
}

TEST_P(WatchTest, FromAVersionOnlyWhatCameAfter) {
  Reply made = post(routes(), route("a"));
  label("a", "1");
  ASSERT_EQ(post(routes(), route("b")).status, 201);
  Watch stream = watch(routes(), "&resourceVersion=" + made.version());
  EXPECT_EQ(shown(stream.next()), "MODIFIED a");
  EXPECT_EQ(shown(stream.next()), "ADDED b");
  ASSERT_EQ(remove(routes("a")).status, 200);
  Json last = stream.next();
  EXPECT_EQ(shown(last), "DELETED a");
  EXPECT_GT(std::stoull(version(last)), std::stoull(made.version()));
  EXPECT_EQ(last["object"]["metadata"]["labels"]["x"], "1");
}

TEST_P(WatchTest, ListThenWatchMissesNothing) {
  ASSERT_EQ(post(routes(), route("a")).status, 201);
  Reply list = get(routes());
  for (int i = 0; i < 5; ++i) label("a", std::to_string(i));
  Watch stream = watch(routes(), "&resourceVersion=" + list.version());
  std::string before;
  for (int i = 0; i < 5; ++i) {
    Json event = stream.next();
    EXPECT_EQ(shown(event), "MODIFIED a");
    EXPECT_EQ(event["object"]["metadata"]["labels"]["x"], std::to_string(i));
    if (i > 0) {
      EXPECT_LT(std::stoull(before), std::stoull(version(event)));
    }
    before = version(event);
  }
}

TEST_P(WatchTest, ResumingFromAnEventGivesTheNext) {
  Reply list = get(routes());
  ASSERT_EQ(post(routes(), route("a")).status, 201);
  label("a", "1");
  label("a", "2");
  std::string cursor;
  {
    Watch stream = watch(routes(), "&resourceVersion=" + list.version());
    stream.next();
    cursor = version(stream.next());
  }
  Watch resumed = watch(routes(), "&resourceVersion=" + cursor);
  Json event = resumed.next();
  EXPECT_EQ(shown(event), "MODIFIED a");
  EXPECT_EQ(event["object"]["metadata"]["labels"]["x"], "2");
}

TEST_P(WatchTest, TooOldIsAnErrorEvent) {
  Watch stream = watch(routes(), "&resourceVersion=1");
  ASSERT_EQ(stream.status(), 200);
  Json event = stream.next();
  EXPECT_EQ(text(event, "type"), "ERROR");
  EXPECT_EQ(event["object"]["kind"], "Status");
  EXPECT_EQ(event["object"]["code"], 410);
  EXPECT_EQ(event["object"]["reason"], "Expired");
  EXPECT_EQ(text(event["object"], "message").substr(0, 28), "too old resource version: 1 ");
  EXPECT_TRUE(stream.next().is_null());
  EXPECT_TRUE(stream.ended_cleanly());
}

TEST_P(WatchTest, OtherNamespacesDoNotShow) {
  Reply list = get(routes());
  Watch stream = watch(routes(), "&resourceVersion=" + list.version());
  Json elsewhere = route("elsewhere-" + space_);
  ASSERT_EQ(
      post("/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes", elsewhere).status,
      201);
  ASSERT_EQ(post(routes(), route("here")).status, 201);
  EXPECT_EQ(shown(stream.next()), "ADDED here");
  EXPECT_EQ(
      remove("/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes/elsewhere-" + space_)
          .status,
      200);
}

TEST_P(WatchTest, SelectorsTurnChangesIntoAdditionsAndDeletions) {
  Reply made = post(routes(), route("a"));
  Watch stream = watch(routes(), "&labelSelector=x%3Dyes&resourceVersion=" + made.version());
  label("a", "yes");
  EXPECT_EQ(shown(stream.next()), "ADDED a");
  ASSERT_EQ(merge(routes("a"), {{"metadata", {{"labels", {{"z", "1"}}}}}}).status, 200);
  EXPECT_EQ(shown(stream.next()), "MODIFIED a");
  label("a", "no");
  Json gone = stream.next();
  EXPECT_EQ(shown(gone), "DELETED a");
  EXPECT_EQ(version(gone), get(routes("a")).version());
  ASSERT_EQ(remove(routes("a")).status, 200);
}

TEST_P(WatchTest, OneObjectByItsName) {
  Reply list = get(routes());
  Watch stream =
      watch(routes(), "&fieldSelector=metadata.name%3Db&resourceVersion=" + list.version());
  ASSERT_EQ(post(routes(), route("a")).status, 201);
  ASSERT_EQ(post(routes(), route("b")).status, 201);
  EXPECT_EQ(shown(stream.next()), "ADDED b");
}

TEST_P(WatchTest, TimeoutEndsTheStreamInOrder) {
  Reply list = get(routes());
  Watch stream(endpoint_, routes() + "?watch=1&timeoutSeconds=1&resourceVersion=" + list.version());
  EXPECT_TRUE(stream.next().is_null());
  EXPECT_TRUE(stream.ended_cleanly());
}

TEST_P(WatchTest, StreamingListEndsWithAMarkedBookmark) {
  ASSERT_EQ(post(routes(), route("a")).status, 201);
  ASSERT_EQ(post(routes(), route("b")).status, 201);
  Watch stream =
      watch(routes(),
            "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
  EXPECT_EQ(shown(stream.next()), "ADDED a");
  EXPECT_EQ(shown(stream.next()), "ADDED b");
  Json end = stream.next();
  ASSERT_EQ(text(end, "type"), "BOOKMARK");
  EXPECT_EQ(end["object"]["kind"], "HTTPRoute");
  EXPECT_EQ(end["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
  // What comes after the bookmark's version is not repeated and not lost.
  label("a", "1");
  EXPECT_EQ(shown(stream.next()), "MODIFIED a");
  Watch resumed = watch(routes(), "&resourceVersion=" + version(end));
  EXPECT_EQ(shown(resumed.next()), "MODIFIED a");
}

TEST_P(WatchTest, StreamingListNeedsItsMatch) {
  Watch stream = watch(routes(), "&sendInitialEvents=true");
  EXPECT_EQ(stream.status(), 422);
}

TEST_P(WatchTest, ABookmarkComesBeforeTheTimeout) {
  Reply made = post(routes(), route("a"));
  Watch stream(endpoint_,
               routes() + "?watch=1&timeoutSeconds=6&allowWatchBookmarks=true&resourceVersion=" +
                   made.version());
  // An event in another namespace does not show, but a bookmark may move past it. A real server
  // sends none while its kind stands still.
  const std::string others = "/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes";
  ASSERT_EQ(post(others, route("elsewhere-" + space_)).status, 201);
  Json event = stream.next();
  ASSERT_EQ(text(event, "type"), "BOOKMARK") << event.dump();
  EXPECT_GT(std::stoull(version(event)), std::stoull(made.version()));
  EXPECT_EQ(remove(others + "/elsewhere-" + space_).status, 200);
  EXPECT_EQ(event["object"]["apiVersion"], "gateway.networking.k8s.io/v1");
  EXPECT_FALSE(event["object"].contains("spec"));
  Watch resumed = watch(routes(), "&resourceVersion=" + version(event));
  label("a", "1");
  EXPECT_EQ(shown(resumed.next()), "MODIFIED a");
}

TEST_P(WatchTest, StatusWritesAreEvents) {
  Reply made = post(routes(), route("a"));
  Watch stream = watch(routes(), "&resourceVersion=" + made.version());
  Json patch = {{"status", {{"parents", Json::array({parent_status("example.com/c")})}}}};
  ASSERT_EQ(merge(routes("a") + "/status", patch).status, 200);
  Json event = stream.next();
  EXPECT_EQ(shown(event), "MODIFIED a");
  EXPECT_EQ(event["object"]["status"]["parents"].size(), 1U);
}

TEST_P(WatchTest, FinalizedObjectsAreModifiedThenDeleted) {
  Json body = route("a");
  body["metadata"]["finalizers"] = Json::array({"example.com/hold"});
  Reply made = post(routes(), body);
  Watch stream = watch(routes(), "&resourceVersion=" + made.version());
  ASSERT_EQ(remove(routes("a")).status, 200);
  EXPECT_EQ(shown(stream.next()), "MODIFIED a");
  ASSERT_EQ(merge(routes("a"), {{"metadata", {{"finalizers", nullptr}}}}).status, 200);
  EXPECT_EQ(shown(stream.next()), "DELETED a");
}

TEST_P(WatchTest, BuiltInObjectsCarryTheirType) {
  Reply list = get(core_path("configmaps"));
  Watch stream(endpoint_, core_path("configmaps") +
                              "?watch=1&timeoutSeconds=10&resourceVersion=" + list.version());
  ASSERT_EQ(post(core_path("configmaps"), object("v1", "ConfigMap", "c")).status, 201);
  Json event = stream.next();
  EXPECT_EQ(event["object"]["kind"], "ConfigMap");
  EXPECT_EQ(event["object"]["apiVersion"], "v1");
}

}  // namespace
}  // namespace pawprint::sandbox::test
