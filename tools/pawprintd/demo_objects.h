// The objects of the demo's story: Kuma's demo application in two zones.
#pragma once

#include <string_view>

namespace pawprint::pawprintd {

/// In both zones.
inline constexpr std::string_view kDemoBase = R"(
apiVersion: kuma.io/v1alpha1
kind: Mesh
metadata: {name: default}
spec: {}
---
apiVersion: v1
kind: Namespace
metadata: {name: kuma-demo, labels: {kuma.io/sidecar-injection: enabled}}
---
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: kuma-demo}
spec: {selector: {app: backend}, ports: [{name: http, port: 3001, protocol: TCP, appProtocol: http}]}
)";

inline constexpr std::string_view kDemoDb = R"(
apiVersion: v1
kind: Service
metadata: {name: db, namespace: kuma-demo}
spec: {selector: {app: db}, ports: [{name: http, port: 5432, protocol: TCP, appProtocol: http}]}
)";

inline constexpr std::string_view kDemoGateway = R"(
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: kuma}
spec: {controllerName: gateways.kuma.io/controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: kuma-demo}
spec: {gatewayClassName: kuma, listeners: [{name: http, port: 8080, protocol: HTTP}]}
)";

inline constexpr std::string_view kDemoDbRoute = R"(
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: db, namespace: kuma-demo}
spec:
  parentRefs: [{name: edge}]
  rules: [{matches: [{path: {type: PathPrefix, value: /db}}], backendRefs: [{name: db, port: 5432}]}]
)";

/// A second version of the backend, for the weights.
inline constexpr std::string_view kDemoSecondBackend = R"(
apiVersion: v1
kind: Service
metadata: {name: backend-v2, namespace: kuma-demo}
spec: {selector: {app: backend, version: v2}, ports: [{name: http, port: 3001, protocol: TCP, appProtocol: http}]}
)";

}  // namespace pawprint::pawprintd
