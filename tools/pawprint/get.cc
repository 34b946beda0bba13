// `pawprint get`: inputs, generated objects and statuses as they were.
#include <algorithm>
#include <iterator>

#include "replay/kind_names.h"
#include "replay/lookup.h"
#include "tools/pawprint/columns.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/selector.h"
#include "tools/pawprint/source.h"
#include "tools/pawprint/target.h"

namespace pawprint::cli {
namespace {

struct Options {
  SourceAt source;
  Place place;
  std::vector<std::string> words;
  std::string selector;
  bool all_namespaces = false, observed = false;
};

/// What was asked for by one word, or by one TYPE with one NAME.
struct Target {
  model::Kind kind = model::Kind::kNone;
  std::string name;  ///< Empty: all.
  Place place;
};

struct Request {
  std::vector<Target> targets;
  /// The answer is the object itself: one NAME of one TYPE was asked for.
  [[nodiscard]] bool one() const { return targets.size() == 1 && named(); }
  [[nodiscard]] bool named() const { return !targets.front().name.empty(); }
};

/// What was found of one kind.
struct Group {
  model::Kind kind;
  std::vector<replay::Found> found;
};

Result<void> add_named(Request& request, const std::vector<std::string>& words,
                       const Options& options) {
  Target target{model::Kind::kNone, {}, options.place};
  auto named = parse_whole(words, target.place, "get");
  if (!named) return tl::unexpected<Error>(named.error());
  target.kind = named->kind;
  target.name = std::move(named->name);
  request.targets.push_back(std::move(target));
  return {};
}

/// TYPE/NAME... as kubectl reads it: no word without a type among them.
Result<Request> parse_pairs(const Options& options) {
  Request out;
  for (const std::string& word : options.words) {
    if (word.find('/') == std::string::npos) {
      return fail(ErrorCode::kInvalid,
                  "`pawprint get` wants TYPE/NAME... or TYPE NAME..., not both: '" + word +
                      "' is no TYPE/NAME");
    }
    if (auto added = add_named(out, {word}, options); !added) {
      return tl::unexpected<Error>(added.error());
    }
  }
  return out;
}

/// TYPE[,TYPE...] [NAME...]: every name of every type.
Result<Request> parse_types(const Options& options) {
  const auto kinds = replay::parse_kinds(options.words[0]);
  if (!kinds) return tl::unexpected<Error>(kinds.error());
  Request out;
  for (const model::Kind kind : *kinds) {
    if (options.words.size() == 1) out.targets.push_back({kind, {}, options.place});
    for (std::size_t i = 1; i < options.words.size(); ++i) {
      const std::string type(replay::name_of(kind).plural);
      if (auto added = add_named(out, {type, options.words[i]}, options); !added) {
        return tl::unexpected<Error>(added.error());
      }
    }
  }
  return out;
}

Result<Request> parse_request(const Options& options) {
  if (options.words.empty()) {
    return fail(ErrorCode::kInvalid, "`pawprint get` wants a TYPE, like httproutes");
  }
  if (auto checked = options.place.check(); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  const bool pairs = options.words[0].find('/') != std::string::npos;
  auto out = pairs ? parse_pairs(options) : parse_types(options);
  if (!out || !out->named()) return out;
  if (options.all_namespaces) {
    return fail(ErrorCode::kInvalid, "a NAME cannot be got from all namespaces; use -n");
  }
  if (!options.selector.empty()) {
    return fail(ErrorCode::kInvalid, "-l chooses among all objects; leave out the NAME");
  }
  return out;
}

Result<std::vector<replay::Found>> find(const Target& target, const Options& options,
                                        const Selector& selector, const SourceAt::Opened& opened) {
  const bool any = options.all_namespaces || !model::info(target.kind).namespaced;
  auto found = replay::look_up(
      {target.kind, target.place.zone, any ? "" : target.place.ns, target.name, options.observed},
      opened.past.reducer, *opened.log);
  if (!found) return found;
  std::erase_if(*found, [&](const replay::Found& each) { return !selector.selects(each.object); });
  if (target.name.empty() || found->size() == 1) return found;
  if (found->empty()) {
    return tl::unexpected<Error>(
        not_found({target.kind, target.name, ""}, target.place, opened.past.reducer));
  }
  return fail(ErrorCode::kInvalid, record::display(found->at(0).key) + " is in the zones " +
                                       found->at(0).key.zone + " and " + found->at(1).key.zone +
                                       "; give --zone");
}

/// What was found, by kind; names that do not exist are in `missing`.
struct Answered {
  std::vector<Group> groups;
  std::vector<Error> missing;
};

Result<Answered> find_all(const Request& request, const Options& options,
                          const SourceAt::Opened& opened) {
  const auto selector = Selector::parse(options.selector);
  if (!selector) return tl::unexpected<Error>(selector.error());
  Answered out;
  for (const Target& target : request.targets) {
    auto found = find(target, options, *selector, opened);
    if (!found && found.error().code != ErrorCode::kNotFound) {
      return tl::unexpected<Error>(found.error());
    }
    if (!found) {
      out.missing.push_back(std::move(found.error()));
      continue;
    }
    const auto group = std::find_if(out.groups.begin(), out.groups.end(),
                                    [&](const Group& each) { return each.kind == target.kind; });
    if (group == out.groups.end()) out.groups.push_back({target.kind, std::move(*found)});
    else std::move(found->begin(), found->end(), std::back_inserter(group->found));
  }
  return out;
}

Json provenance(const SourceAt::Opened& opened) {
  const Json envelope =
      replay::answer("", opened.past.moment.seq, opened.past.moment.time_ns, opened.past.coverage);
  return {{"at", envelope["at"]}, {"coverage", envelope["coverage"]}};
}

Json items_of(const std::vector<Group>& groups, bool several_zones) {
  Json items = Json::array();
  for (const Group& group : groups) {
    for (const replay::Found& each : group.found) {
      Json item = each.object;
      if (several_zones) item["pawprint"] = {{"zone", each.key.zone}};
      items.push_back(std::move(item));
    }
  }
  return items;
}

std::string as_table(const std::vector<Group>& groups, const Options& options, bool zones,
                     bool wide, std::int64_t at_ns) {
  std::string out;
  for (const Group& group : groups) {
    if (group.found.empty()) continue;
    const bool namespaces = options.all_namespaces && model::info(group.kind).namespaced;
    std::vector<std::string> head;
    if (zones) head.emplace_back("ZONE");
    if (namespaces) head.emplace_back("NAMESPACE");
    head.emplace_back("NAME");
    for (std::string& each : headings(group.kind, wide)) head.push_back(std::move(each));
    Table table(std::move(head));
    for (const replay::Found& each : group.found) {
      std::vector<std::string> row;
      if (zones) row.push_back(each.key.zone);
      if (namespaces) row.push_back(each.key.ns);
      const std::string prefix =
          groups.size() > 1 ? std::string(replay::name_of(group.kind).singular) + '/' : "";
      row.push_back(prefix + each.key.name);
      for (std::string& cell : cells(group.kind, wide, each.object, at_ns)) {
        row.push_back(std::move(cell));
      }
      table.add(std::move(row));
    }
    out += (out.empty() ? "" : "\n") + table.str();
  }
  return out;
}

std::string as_names(const std::vector<Group>& groups) {
  std::string out;
  for (const Group& group : groups) {
    for (const replay::Found& each : group.found) {
      out += resource_name(each.key.kind, each.key.group, each.key.name) + '\n';
    }
  }
  return out;
}

std::string print(const std::vector<Group>& groups, const Request& request, const Options& options,
                  const SourceAt::Opened& opened, const Common& common) {
  const bool zones = opened.past.reducer.zones().size() > 1;
  const Json items = items_of(groups, zones);
  Json answer{{"apiVersion", "v1"},
              {"kind", "List"},
              {"items", items},
              {"metadata", {{"resourceVersion", ""}}}};
  if (request.one()) answer = groups[0].found[0].object;
  answer["pawprint"] = provenance(opened);
  if (zones && request.one()) answer["pawprint"]["zone"] = groups[0].found[0].key.zone;
  switch (common.format) {
    case Format::kTable:
    case Format::kWide:
      return as_table(groups, options, zones, common.format == Format::kWide,
                      opened.past.moment.time_ns);
    case Format::kName:
      return as_names(groups);
    case Format::kYaml:
      return yaml(answer);
    case Format::kJson:
      return indented(answer);
    case Format::kJsonl:
      break;
  }
  std::string lines;
  for (const Json& each : items) lines += compact(each) + '\n';
  return lines;
}

Result<Answer> get(const Options& options, const Common& common) {
  const auto request = parse_request(options);
  if (!request) return tl::unexpected<Error>(request.error());
  const auto opened = options.source.open();
  if (!opened) return tl::unexpected<Error>(opened.error());
  if (auto checked = check_zone(options.place.zone, opened->past.reducer); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  const auto answered = find_all(*request, options, *opened);
  if (!answered) return tl::unexpected<Error>(answered.error());
  const auto& [groups, missing] = *answered;
  if (request->one() && !missing.empty()) return tl::unexpected<Error>(missing.front());
  for (const Error& each : missing) complain(each.message);
  const bool none = std::all_of(groups.begin(), groups.end(),
                                [](const Group& group) { return group.found.empty(); });
  if (none && missing.empty()) {
    note(common, options.all_namespaces ? "No resources found"
                                        : "No resources found in namespace " + options.place.ns);
  }
  return Answer{print(groups, *request, options, *opened, common),
                missing.empty() ? kOk : kFinding};
}

}  // namespace

void add_get(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App& app = line.add("get", "Inputs, generated objects and statuses as they were",
                           "pawprint get httproutes -A --at @120 --store ./store",
                           [options](const Common& common) { return get(*options, common); });
  app.add_option("TYPE", options->words, "TYPE[,TYPE...] [NAME...], or TYPE/NAME...");
  app.add_flag("-A,--all-namespaces", options->all_namespaces, "Of all namespaces");
  app.add_option("-l,--selector", options->selector, "Label selector");
  app.add_flag("--observed", options->observed, "What was last seen in the cluster");
  options->place.add_flags(app);
  options->source.add_flags(app);
}

}  // namespace pawprint::cli
