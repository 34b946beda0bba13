// `pawprint why`: from a field back to the rule, the input field, the record and the writer.
#include "replay/why.h"

#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/print.h"
#include "tools/pawprint/source.h"
#include "tools/pawprint/target.h"

namespace pawprint::cli {
namespace {

struct Options {
  SourceAt source;
  Place place;
  std::vector<std::string> words;
};

/// ", written by kubectl-edit (Update at 2026-03-01T10:14:00Z)", or nothing when nobody is known.
std::string writer_text(const Json& cause) {
  const Json& writer = member_in(cause, "writer");
  if (!writer.is_object()) return {};
  std::string out = ", written by " + one_line(text_in(writer, "manager"));
  const std::string time = text_in(writer, "time");
  const std::string operation = text_in(writer, "operation");
  if (operation.empty() && time.empty()) return out;
  return out + " (" + one_line(operation) + (time.empty() ? "" : " at " + one_line(time)) + ')';
}

std::string origin_text(const Json& cause) {
  const std::string origin = text_in(cause, "origin");
  const std::string at = "@" + compact(member_in(cause, "seq")) + ' ' + text_in(cause, "time");
  const std::string where = text_in(cause, "object") + ' ' + text_in(cause, "field");
  const std::string value = one_line(compact(member_in(cause, "value")));
  if (origin == "constant") return "the rule itself says " + value;
  if (origin == "setting")
    return "setting " + text_in(cause, "field") + " = " + value + ", since " + at;
  if (origin == "api default") return where + " = " + value + ", an API default, since " + at;
  if (origin == "absent") return where + " is absent, since " + at;
  return where + " = " + value + ", since " + at + writer_text(cause);
}

std::string causes_text(const Json& causes, const std::string& indent) {
  std::string out;
  for (const Json& each : causes) {
    out += indent + "<- " + one_line(origin_text(each)) + '\n';
    out += causes_text(member_in(each, "causes"), indent + "   ");
  }
  return out;
}

std::string leaf_text(const Json& leaf) {
  const std::string field = text_in(leaf, "field");
  const std::string rule = text_in(leaf, "rule");
  return (field.empty() ? "(all)" : one_line(field)) + " = " +
         one_line(compact(member_in(leaf, "value"))) + '\n' +
         (rule.empty() ? "" : "   by rule " + rule + '\n') +
         causes_text(member_in(leaf, "causes"), "   ");
}

std::string as_text(const Json& answer, bool wide) {
  std::string out =
      one_line(text_in(answer, "object")) + " at @" + compact(answer["at"]["seq"]) + '\n';
  const Json& fields = member_in(answer, "fields");
  if (fields.is_array()) {
    for (const Json& each : fields) out += leaf_text(each);
  } else {
    out += leaf_text(answer);
  }
  const Json& gates = member_in(answer, "gates");
  if (gates.empty()) return out;
  if (!wide) {
    return out + "It exists because of " + std::to_string(gates.size()) +
           (gates.size() == 1 ? " condition" : " conditions") + " (-o wide lists them)\n";
  }
  out += "It exists because of\n";
  for (const Json& each : gates) {
    out += "   " + text_in(each, "rule") + ": " + one_line(origin_text(each)) + '\n';
  }
  return out;
}

Result<Answer> why(const Options& options, const Common& common) {
  Place place = options.place;
  const auto named = parse_named(options.words, place, "why");
  if (!named) return tl::unexpected<Error>(named.error());
  const auto field = model::FieldPath::parse(named->field);
  if (!field) return tl::unexpected<Error>(field.error());
  const auto opened = options.source.open();
  if (!opened) return tl::unexpected<Error>(opened.error());
  const auto key = find_object(*named, place, opened->past.reducer);
  if (!key) return tl::unexpected<Error>(key.error());
  const auto answer = replay::why_answer(opened->past, *opened->log, *key, *field);
  if (!answer) return tl::unexpected<Error>(answer.error());
  return Answer{print({*answer, nullptr, [&](bool wide) { return as_text(*answer, wide); }, {}},
                      common.format),
                kOk};
}

}  // namespace

void add_why(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App& app = line.add(
      "why", "Why a field is what it is: rule, input field, record, writer",
      "pawprint why 'meshhttproute/NAME:.spec.to[0].rules[0].default.backendRefs[0].weight' "
      "-n kuma-system --store ./store",
      [options](const Common& common) { return why(*options, common); });
  app.add_option("OBJECT", options->words, "TYPE/NAME or TYPE/NAME:.field; no field: all of them");
  options->place.add_flags(app);
  options->source.add_flags(app);
}

}  // namespace pawprint::cli
