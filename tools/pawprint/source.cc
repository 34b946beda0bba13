#include "tools/pawprint/source.h"

#include "tools/pawprint/clock.h"
#include "tools/pawprint/settings.h"

namespace pawprint::cli {

void Source::add_flags(CLI::App& app) {
  app.add_option("--store", store, "Directory of a store, also of a running daemon")
      ->envname("PAWPRINT_STORE");
  app.add_option("--bundle", bundle, "A bundle (not in this version)");
  app.add_option("--server", server, "A daemon's address (not in this version)");
}

Result<std::string> Source::directory() const {
  const int named = (store.empty() ? 0 : 1) + (bundle.empty() ? 0 : 1) + (server.empty() ? 0 : 1);
  if (named == 0) return fail(ErrorCode::kInvalid, "no source: give --store DIR");
  if (named > 1) {
    return fail(ErrorCode::kInvalid, "give exactly one of --store, --bundle and --server");
  }
  if (store.empty()) {
    return fail(ErrorCode::kInvalid, std::string(bundle.empty() ? "--server" : "--bundle") +
                                         " is not in this version; give --store DIR");
  }
  return store;
}

Result<std::unique_ptr<store::Reader>> Source::open() const {
  return directory().and_then([](const std::string& path) { return store::Reader::open(path); });
}

void SourceAt::add_flags(CLI::App& app) {
  source.add_flags(app);
  app.add_option("--at", at, "The moment: @SEQ, HEAD~N, @{10m}, @{TIME}, pin:NAME, boot:-N");
  app.add_option("--profile", profile, "As if this profile had been in force")
      ->type_name(kProfileNames);
}

Result<SourceAt::Opened> SourceAt::open() const {
  const auto ref = replay::parse_ref(at);
  if (!ref) return tl::unexpected<Error>(ref.error());
  if (!profile.empty()) {
    if (auto checked = check_profile(profile); !checked) {
      return tl::unexpected<Error>(checked.error());
    }
  }
  auto log = source.open();
  if (!log) return tl::unexpected<Error>(log.error());
  const auto moment = replay::resolve(*ref, **log, wall_clock_ns());
  if (!moment) return tl::unexpected<Error>(moment.error());
  auto past = replay::past_at(**log, *moment, profile);
  if (!past) return tl::unexpected<Error>(past.error());
  return Opened{std::move(*log), std::move(*past)};
}

}  // namespace pawprint::cli
