#include "engine/rules/mesh_selection.h"

namespace pawprint::rules {

const Rule kMeshSelection{
    "mesh_selection/mesh",
    "metadata of Gateway, HTTPRoute and their Namespace (not part of the Gateway API)",
    "MeshGateway .mesh; label kuma.io/mesh elsewhere",
    "Kuma picks the first non-empty of object label, object annotation, namespace label, namespace "
    "annotation, default mesh",
    "oracle/mesh-label, oracle/mesh-annotation, oracle/mesh-namespace-label"};

}  // namespace pawprint::rules
