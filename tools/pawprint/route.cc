// `pawprint route`: which backend a request gets, and why.
#include "engine/traffic/route.h"

#include "replay/answer.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/print.h"
#include "tools/pawprint/route_input.h"
#include "tools/pawprint/route_request.h"
#include "tools/pawprint/route_table.h"

namespace pawprint::cli {
namespace {

struct Options {
  RequestOptions request;
  GraphOptions graph;
};

std::string names(const Json& answer) {
  std::string out;
  for (const Json& each : answer["backends"]) out += each["service"].get<std::string>() + '\n';
  return out;
}

Result<Answer> route(const Options& options, const Common& common) {
  auto request = parse_request(options.request);
  if (!request) return tl::unexpected<Error>(request.error());
  const auto graph = read_graph(options.graph);
  if (!graph) return tl::unexpected<Error>(graph.error());
  for (const Diagnostic& each : graph->remarks) {
    note(common, each.severity + ": " + record::display(each.object) + ": " + each.rule + ": " +
                     one_line(each.message));
  }
  const traffic::World world = traffic::read_world(graph->input);
  if (auto chosen = choose_parent(world, *request); !chosen) {
    return tl::unexpected<Error>(chosen.error());
  }
  Json answer = replay::answer("Route", graph->seq, graph->time_ns, graph->coverage);
  answer.update(traffic::to_json(traffic::route(world, *request)));
  const auto table = [&](bool wide) { return route_table(answer, wide); };
  return Answer{print({answer, nullptr, table, [&] { return names(answer); }}, common.format), kOk};
}

}  // namespace

void add_route(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App& app = line.add("route", "Which backend a request gets, and why",
                           "pawprint route GET http://shop.example.com/cart -f ./manifests",
                           [options](const Common& common) { return route(*options, common); });
  app.add_option("REQUEST", options->request.words, "METHOD URL; METHOD - for tcp and udp");
  app.add_option("-H,--header", options->request.headers, "A header, 'Name: value'")
      ->allow_extra_args(false);
  app.add_option("--gateway", options->request.gateway, "The Gateway asked, NAMESPACE/NAME");
  app.add_option("--service", options->request.service, "The Service called, NAMESPACE/NAME");
  app.add_option("--from", options->request.from,
                 "Namespace of the client; default: the Service's");
  options->graph.add_flags(app);
}

}  // namespace pawprint::cli
