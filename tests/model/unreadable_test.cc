// Bytes that nobody can read are kept only when they cannot be a Secret's.
#include "engine/model/unreadable.h"

#include <gtest/gtest.h>

namespace pawprint::model {
namespace {

TEST(Unreadable, WhatPlainlyIsSomethingElseMayBeKept) {
  for (const char* text :
       {R"({"kind":"HTTPRoute","metadata":{"name":)", R"({"kind" : "Gateway","spec":[)",
        R"({"kind":"HTTPRoute","spec":{"backendRefs":[{"kind":"Service","name":"a"}],})"}) {
    EXPECT_FALSE(may_hold_secret(text, "")) << text;
    EXPECT_FALSE(may_hold_secret(text, "HTTPRoute")) << text;
  }
  EXPECT_FALSE(may_hold_secret(R"({"metadata":{"name":"x"},"spec":)", "HTTPRoute"));
}

TEST(Unreadable, EverythingElseMayBeASecret) {
  for (const char* text :
       {"", "x", R"({"kind":"Secret")", R"({"apiVersion":"v1","data":{"k":"QUJD"},"kind":"Secr)",
        R"({"apiVersion":"v1","kind":"Secr","data")", R"({"kind":"Service","data":{"k":"QUJD"})",
        R"({"kind":"Service","stringData":{"k":"QUJD"})", R"({"kind":"Secres","dat":{"k":"QUJD"})",
        R"({"kind":"HTTPRoute"}{"kind":"Secret")", R"({"kind":"HTTPRoute","x":"\u0053"})",
        R"({"kind":7})", R"({"kind":"ConfigMap")", R"({"kind":"List","items":[{"kind":"Gateway")",
        R"({"kind":"Gateway","a":"-----BEGIN PRIVATE KEY-----)"}) {
    EXPECT_TRUE(may_hold_secret(text, "")) << text;
  }
  EXPECT_TRUE(may_hold_secret(R"({"metadata":{}})", ""));
  EXPECT_TRUE(may_hold_secret(R"({"metadata":{}})", "Secret"));
  EXPECT_TRUE(may_hold_secret(R"({"kind":"HTTPRoute"})", "Secret"));
  EXPECT_TRUE(may_hold_secret(R"(["x"])", "HTTPRoute"));
  EXPECT_TRUE(may_hold_secret(R"({"data":{"k":"QUJD"}})", "HTTPRoute"));
}

}  // namespace
}  // namespace pawprint::model
