#include "replay/why.h"

#include "engine/explain/why.h"
#include "replay/log_history.h"

namespace pawprint::replay {

Result<Json> why_answer(const Past& past, store::Reader& log, const record::ObjectKey& object,
                        const model::FieldPath& field) {
  const auto output = past.reducer.output(object);
  const auto trace = past.reducer.trace(object);
  if (!output || !trace) {
    return fail(ErrorCode::kNotFound, "Pawprint decides nothing of " + record::display(object) +
                                          " at @" + std::to_string(past.moment.seq) +
                                          "; `log` and `show` tell who wrote it");
  }
  LogHistory history(log);
  auto body = explain::why(*trace, output->body, field, history, past.moment.seq);
  if (!body) return tl::unexpected<Error>(body.error());
  Json out = answer("Why", past.moment.seq, past.moment.time_ns, past.coverage);
  out.update(*body);
  return out;
}

}  // namespace pawprint::replay
