#include "tools/pawprintd/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/pawprintd/support.h"

namespace pawprint::pawprintd::tests {
namespace {

using record::Event;
using record::Kind;
using testing::ElementsAre;
using watch::Notice;
using watch::NoticeKind;

/// Takes notices, and folds a group as the ledger would after it was written.
class IntakeTest : public testing::Test {
 protected:
  Group take(std::vector<Notice> notices) {
    Group group;
    for (Notice& each : notices) intake_.take(std::move(each), group);
    for (record::Record& record : group.records) {
      record.seq = ++seq_;
      stored_[record.seq] = record;
      reducer_.fold(record);
      intake_.note_folded(record);
    }
    return group;
  }

  static Notice list_end(const std::string& version, const std::string& kind = "Service",
                         const std::string& group = "") {
    Notice out = notice(NoticeKind::kListEnd, kind, group);
    out.resource_version = version;
    out.reason = "start";
    return out;
  }

  /// An event of a watch over the whole kind: the watch goes on after it.
  static Notice event(record::Record record) {
    Notice out = notice(NoticeKind::kEvent, std::move(record));
    out.resource_version = out.record.resource_version;
    return out;
  }

  static std::vector<Kind> kinds(const Group& group) {
    std::vector<Kind> out;
    for (const auto& record : group.records) out.push_back(record.kind);
    return out;
  }

  /// Lists services a and b, versions 5 and 6, at 10.
  Group first_list() {
    return take({notice(NoticeKind::kListBegin),
                 notice(NoticeKind::kListItem, service("a", "ua", "5")),
                 notice(NoticeKind::kListItem, service("b", "ub", "6")), list_end("10")});
  }

  record::Seq seq_ = 0;
  std::map<record::Seq, record::Record> stored_;
  Reducer reducer_;
  Intake intake_{reducer_,
                 [this](record::Seq seq) -> Result<record::Record> { return stored_.at(seq); }};
};

TEST_F(IntakeTest, AFirstListIsRecordedWholeAndSetsTheCursorAtItsEnd) {
  const Group group = first_list();
  EXPECT_THAT(kinds(group),
              ElementsAre(Kind::kSyncBegin, Kind::kObserved, Kind::kObserved, Kind::kSyncEnd));
  EXPECT_THAT(group.cursors, ElementsAre(store::Cursor{"zone-1", "", "Service", "10"}));
  const auto end = record::decode_sync(group.records[3].body);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->resource_version, "10");
}

TEST_F(IntakeTest, AListThatIsNotOverMovesNoCursor) {
  const Group group = take(
      {notice(NoticeKind::kListBegin), notice(NoticeKind::kListItem, service("a", "ua", "5"))});
  EXPECT_TRUE(group.cursors.empty());
  const Group later =
      take({notice(NoticeKind::kListItem, service("b", "ub", "6")), list_end("10")});
  EXPECT_EQ(later.cursors.size(), 1U);
}

TEST_F(IntakeTest, ARelistRecordsOnlyWhatIsDifferent) {
  first_list();
  const Group group =
      take({notice(NoticeKind::kListBegin), notice(NoticeKind::kListItem, service("a", "ua", "5")),
            notice(NoticeKind::kListItem, service("b", "ub", "7")), list_end("12")});
  ASSERT_THAT(kinds(group), ElementsAre(Kind::kSyncBegin, Kind::kObserved, Kind::kSyncEnd));
  EXPECT_EQ(group.records[1].object.name, "b");
  EXPECT_EQ(group.records[1].event, Event::kModified);
}

TEST_F(IntakeTest, WhatARelistDoesNotNameHasVanishedWithItsLastBody) {
  first_list();
  const std::string body = stored_.at(2).body;
  const Group group =
      take({notice(NoticeKind::kListBegin), notice(NoticeKind::kListItem, service("b", "ub", "6")),
            list_end("12")});
  ASSERT_THAT(kinds(group), ElementsAre(Kind::kSyncBegin, Kind::kVanished, Kind::kSyncEnd));
  EXPECT_EQ(group.records[1].object.name, "a");
  EXPECT_EQ(group.records[1].uid, "ua");
  EXPECT_EQ(group.records[1].body, body);
  EXPECT_FALSE(reducer_.known({"zone-1", "", "Service", "shop", "a"}).has_value());
}

TEST_F(IntakeTest, AnotherUidMeansThatTheOldObjectVanished) {
  first_list();
  const Group group = take(
      {notice(NoticeKind::kListBegin), notice(NoticeKind::kListItem, service("a", "ua2", "11")),
       notice(NoticeKind::kListItem, service("b", "ub", "6")), list_end("12")});
  ASSERT_THAT(kinds(group),
              ElementsAre(Kind::kSyncBegin, Kind::kVanished, Kind::kObserved, Kind::kSyncEnd));
  EXPECT_EQ(group.records[1].uid, "ua");
  EXPECT_EQ(group.records[2].uid, "ua2");
  EXPECT_EQ(group.records[2].event, Event::kAdded);
}

TEST_F(IntakeTest, EventsMoveTheCursorWithTheirRecord) {
  first_list();
  const Group group = take({event(service("a", "ua", "13", Event::kModified)),
                            event(service("b", "ub", "14", Event::kDeleted))});
  EXPECT_EQ(group.records.size(), 2U);
  EXPECT_THAT(group.cursors, ElementsAre(store::Cursor{"zone-1", "", "Service", "14"}));
}

TEST_F(IntakeTest, AnEventOfOneNamespaceAloneMovesNoCursor) {
  first_list();
  Notice narrow = event(service("a", "ua", "13", Event::kModified));
  narrow.resource_version.clear();
  const Group group = take({narrow});
  EXPECT_EQ(group.records.size(), 1U);
  EXPECT_TRUE(group.cursors.empty());
}

TEST_F(IntakeTest, ABookmarkMovesOnlyTheCursor) {
  first_list();
  Notice bookmark = notice(NoticeKind::kBookmark);
  bookmark.resource_version = "20";
  const Group group = take({bookmark});
  EXPECT_TRUE(group.records.empty());
  EXPECT_THAT(group.cursors, ElementsAre(store::Cursor{"zone-1", "", "Service", "20"}));
}

TEST_F(IntakeTest, AnEventThatAFreshReadHasOvertakenIsNoRecord) {
  first_list();
  take({notice(NoticeKind::kFresh, service("a", "ua", "15", Event::kModified))});
  const Group group = take({event(service("a", "ua", "13", Event::kModified)),
                            event(service("a", "ua", "15", Event::kModified))});
  EXPECT_TRUE(group.records.empty());
  EXPECT_THAT(group.cursors, ElementsAre(store::Cursor{"zone-1", "", "Service", "15"}));
  EXPECT_EQ(reducer_.known({"zone-1", "", "Service", "shop", "a"})->resource_version, "15");
}

TEST_F(IntakeTest, AFreshReadMovesNoCursor) {
  first_list();
  EXPECT_TRUE(take({notice(NoticeKind::kFresh, service("a", "ua", "15", Event::kModified))})
                  .cursors.empty());
}

TEST_F(IntakeTest, TheLateDeletionOfAnOlderObjectLeavesTheNewOneAlone) {
  first_list();
  take({notice(NoticeKind::kFresh, service("a", "ua2", "16"))});
  const Group group = take({event(service("a", "ua", "14", Event::kDeleted))});
  EXPECT_TRUE(group.records.empty());
  EXPECT_EQ(reducer_.known({"zone-1", "", "Service", "shop", "a"})->uid, "ua2");
}

TEST_F(IntakeTest, OneGroupSeesItsOwnChanges) {
  // Added, and missing from a list that ends in the same group: the body comes from the group.
  const Group group =
      take({event(service("c", "uc", "11")), notice(NoticeKind::kListBegin), list_end("12")});
  ASSERT_THAT(kinds(group),
              ElementsAre(Kind::kObserved, Kind::kSyncBegin, Kind::kVanished, Kind::kSyncEnd));
  EXPECT_EQ(group.records[2].body, group.records[0].body);
}

TEST_F(IntakeTest, AnAbsentKindIsSaidOnceAndHasNoCursor) {
  const Group group = take({notice(NoticeKind::kAbsent, "MeshGatewayConfig", "kuma.io")});
  ASSERT_THAT(kinds(group), ElementsAre(Kind::kSyncEnd));
  EXPECT_EQ(record::decode_sync(group.records[0].body)->reason, "absent");
  EXPECT_EQ(group.cursors.at(0).resource_version, "");
  EXPECT_TRUE(take({notice(NoticeKind::kAbsent, "MeshGatewayConfig", "kuma.io")}).records.empty());
  take({notice(NoticeKind::kListBegin, "MeshGatewayConfig", "kuma.io"),
        list_end("9", "MeshGatewayConfig", "kuma.io")});
  EXPECT_EQ(take({notice(NoticeKind::kAbsent, "MeshGatewayConfig", "kuma.io")}).records.size(), 1U);
}

TEST_F(IntakeTest, DiscoveryIsRecordedWhenItChanges) {
  Notice found = notice(NoticeKind::kDiscovery, "");
  found.discovery.resources = {{"", "v1", "Service", "services", true}};
  EXPECT_THAT(kinds(take({found})), ElementsAre(Kind::kDiscovery));
  EXPECT_TRUE(take({found}).records.empty());
  found.discovery.bundle_version = "v1.6.1";
  EXPECT_THAT(kinds(take({found})), ElementsAre(Kind::kDiscovery));
}

TEST_F(IntakeTest, KindsThatTheEngineDoesNotReadAreRelistedWithoutRepetition) {
  const auto zone = [](const std::string& version) {
    record::Record record = service("z", "uz", version);
    record.object = {"zone-1", "kuma.io", "Zone", "", "z"};
    return record;
  };
  take({notice(NoticeKind::kListBegin, "Zone", "kuma.io"), notice(NoticeKind::kListItem, zone("5")),
        list_end("9", "Zone", "kuma.io")});
  const Group same =
      take({notice(NoticeKind::kListBegin, "Zone", "kuma.io"),
            notice(NoticeKind::kListItem, zone("5")), list_end("9", "Zone", "kuma.io")});
  EXPECT_THAT(kinds(same), ElementsAre(Kind::kSyncBegin, Kind::kSyncEnd));
  const Group gone =
      take({notice(NoticeKind::kListBegin, "Zone", "kuma.io"), list_end("12", "Zone", "kuma.io")});
  EXPECT_THAT(kinds(gone), ElementsAre(Kind::kSyncBegin, Kind::kVanished, Kind::kSyncEnd));
}

TEST_F(IntakeTest, TroubleAndResumptionAreNoRecords) {
  EXPECT_TRUE(take({notice(NoticeKind::kTrouble), notice(NoticeKind::kResumed)}).empty());
}

}  // namespace
}  // namespace pawprint::pawprintd::tests
