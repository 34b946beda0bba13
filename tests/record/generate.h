// Random records for property tests: every field takes any bytes, NUL included.
#pragma once

#include <rapidcheck.h>

#include <string>

#include "engine/record/record.h"

namespace pawprint::record {

inline rc::Gen<std::string> any_text() {
  return rc::gen::container<std::string>(rc::gen::arbitrary<char>());
}

inline Record any_record() {
  Record record;
  record.seq = *rc::gen::arbitrary<Seq>();
  record.kind = static_cast<Kind>(*rc::gen::inRange(1, 17));
  record.time_ns = *rc::gen::arbitrary<std::int64_t>();
  record.boot = *rc::gen::arbitrary<std::uint32_t>();
  record.zone = *any_text();
  record.encoding = static_cast<Encoding>(*rc::gen::inRange(1, 4));
  record.event = static_cast<Event>(*rc::gen::inRange(0, 4));
  record.object = ObjectKey{*any_text(), *any_text(), *any_text(), *any_text(), *any_text()};
  record.api_version = *any_text();
  record.uid = *any_text();
  record.resource_version = *any_text();
  return record;
}

}  // namespace pawprint::record
