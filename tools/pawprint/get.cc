// `pawprint get`: inputs, generated objects and statuses as they were.
#include <algorithm>

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

struct Request {
  std::vector<model::Kind> kinds;
  std::string name;  ///< Empty: all.
};

/// What was found of one kind.
struct Group {
  model::Kind kind;
  std::vector<replay::Found> found;
};

Result<Request> parse_request(const Options& options, Place& place) {
  if (options.words.empty()) {
    return fail(ErrorCode::kInvalid, "`pawprint get` wants a TYPE, like httproutes");
  }
  Request out;
  if (options.words.size() == 1 && options.words[0].find('/') == std::string::npos) {
    auto kinds = replay::parse_kinds(options.words[0]);
    if (!kinds) return tl::unexpected<Error>(kinds.error());
    out.kinds = std::move(*kinds);
    return out;
  }
  auto named = parse_named(options.words, place, "get");
  if (!named) return tl::unexpected<Error>(named.error());
  if (!named->field.empty()) {
    return fail(ErrorCode::kInvalid, "`pawprint get` prints whole objects; a field is for `why`");
  }
  if (options.all_namespaces) {
    return fail(ErrorCode::kInvalid, "a NAME cannot be got from all namespaces; use -n");
  }
  out.kinds = {named->kind};
  out.name = std::move(named->name);
  return out;
}

Result<std::vector<Group>> find_all(const Request& request, const Options& options,
                                    const Place& place, const SourceAt::Opened& opened) {
  const auto selector = Selector::parse(options.selector);
  if (!selector) return tl::unexpected<Error>(selector.error());
  std::vector<Group> groups;
  for (const model::Kind kind : request.kinds) {
    const bool any = options.all_namespaces || !model::info(kind).namespaced;
    auto found =
        replay::look_up({kind, place.zone, any ? "" : place.ns, request.name, options.observed},
                        opened.past.reducer, *opened.log);
    if (!found) return tl::unexpected<Error>(found.error());
    std::erase_if(*found,
                  [&](const replay::Found& each) { return !selector->selects(each.object); });
    groups.push_back({kind, std::move(*found)});
  }
  return groups;
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
  if (!request.name.empty()) answer = groups[0].found[0].object;
  answer["pawprint"] = provenance(opened);
  if (zones && !request.name.empty()) answer["pawprint"]["zone"] = groups[0].found[0].key.zone;
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
  Place place = options.place;
  const auto request = parse_request(options, place);
  if (!request) return tl::unexpected<Error>(request.error());
  const auto opened = options.source.open();
  if (!opened) return tl::unexpected<Error>(opened.error());
  if (auto checked = check_zone(place.zone, opened->past.reducer); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  const auto groups = find_all(*request, options, place, *opened);
  if (!groups) return tl::unexpected<Error>(groups.error());
  if (!request->name.empty()) {
    const auto& found = groups->front().found;
    if (found.empty()) {
      return tl::unexpected<Error>(
          not_found({request->kinds[0], request->name, ""}, place, opened->past.reducer));
    }
    if (found.size() > 1) {
      return fail(ErrorCode::kInvalid, record::display(found[0].key) + " is in the zones " +
                                           found[0].key.zone + " and " + found[1].key.zone +
                                           "; give --zone");
    }
  }
  const bool none = std::all_of(groups->begin(), groups->end(),
                                [](const Group& group) { return group.found.empty(); });
  if (none) {
    note(common, options.all_namespaces ? "No resources found"
                                        : "No resources found in namespace " + place.ns);
  }
  return Answer{print(*groups, *request, options, *opened, common), kOk};
}

}  // namespace

void add_get(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App& app = line.add("get", "Inputs, generated objects and statuses as they were",
                           "pawprint get httproutes -A --at @120 --store ./store",
                           [options](const Common& common) { return get(*options, common); });
  app.add_option("TYPE", options->words, "TYPE[,TYPE...], TYPE NAME or TYPE/NAME");
  app.add_flag("-A,--all-namespaces", options->all_namespaces, "Of all namespaces");
  app.add_option("-l,--selector", options->selector, "Label selector");
  app.add_flag("--observed", options->observed, "What was last seen in the cluster");
  options->place.add_flags(app);
  options->source.add_flags(app);
}

}  // namespace pawprint::cli
