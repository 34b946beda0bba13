// The story of the demo, step by step. Each step does something as a user would, waits for what
// must follow, and says both in plain words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/record/record.h"
#include "engine/result.h"
#include "tools/pawprintd/demo_stage.h"

namespace pawprint::pawprintd {

class Story {
 public:
  explicit Story(Stage& stage) : stage_(stage) {}
  /// The first expectation that does not hold ends it.
  Result<void> tell();

 private:
  Result<void> open_cluster();
  Result<void> gateway();
  Result<void> route_to_backend();
  Result<void> route_to_db();
  Result<void> change_weight();
  Result<void> hand_edit();
  Result<void> crash();
  Result<void> replay();

  /// Applies documents in a zone; an error names what the API server said.
  Result<void> apply(int zone, std::string_view documents, const std::string& manager = "kubectl");
  Result<void> apply_backend_route(int first_weight, int second_weight);
  /// Waits for `probe`; an error says `what` did not come, and prints what there is instead.
  Result<void> expect(const std::string& what, const std::function<bool()>& probe);
  [[nodiscard]] sandbox::Json object(const char* type, const char* ns, const std::string& name);
  [[nodiscard]] std::string made_for(std::string_view owner);
  [[nodiscard]] sandbox::Json generated_rule();
  [[nodiscard]] sandbox::Json condition(const char* route, const char* type);
  [[nodiscard]] std::size_t lists();

  void title(const std::string& text);
  void say(const std::string& text);
  void look(const std::string& command);
  /// The same, bound to this moment: what comes later in the story changes the answer.
  Result<void> look_now(const std::string& command);

  Stage& stage_;
  int step_ = 0;
  std::string generated_;  // Name of the MeshHTTPRoute of the route to backend.
};

}  // namespace pawprint::pawprintd
