// Base64 with the standard alphabet and padding (RFC 4648), as Kubernetes writes bytes in JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pawprint::watch::kube {

std::string base64_encode(std::string_view bytes);
/// Line ends and spaces are skipped (kubeconfig files wrap long values); anything else that is not
/// base64 gives nullopt.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace pawprint::watch::kube
