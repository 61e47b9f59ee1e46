import { expect, it } from "vitest";
import { gpuName, softwareRendererName } from "../../../src/viewer/gpu/driver-name.ts";

const GPUS = {
  "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)": "NVIDIA GeForce RTX 3060",
  "ANGLE (Intel, Intel(R) UHD Graphics 620 (0x00005917) Direct3D11 vs_5_0 ps_5_0, D3D11)": "Intel(R) UHD Graphics 620",
  "ANGLE (Apple, ANGLE Metal Renderer: Apple M1, Unspecified Version)": "Apple M1",
  "ANGLE (NVIDIA Corporation, NVIDIA GeForce GTX 1050/PCIe/SSE2, OpenGL 4.5.0)": "NVIDIA GeForce GTX 1050",
  "NVIDIA GeForce GTX 980, or similar": "NVIDIA GeForce GTX 980",
  "Apple GPU": "Apple GPU",
  "Mali-G78": "Mali-G78",
};

it.each(Object.entries(GPUS))("knows the GPU in %s", (driver, name) => {
  expect(softwareRendererName(driver)).toBeUndefined();
  expect(gpuName(driver)).toBe(name);
});

it.each([
  ["ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)", "SwiftShader"],
  ["ANGLE (Mesa, llvmpipe (LLVM 15.0.6, 256 bits), OpenGL 4.5)", "llvmpipe"],
  [
    "ANGLE (Microsoft, Microsoft Basic Render Driver (0x0000008C) Direct3D11 vs_5_0 ps_5_0, D3D11)",
    "Microsoft Basic Render",
  ],
  ["llvmpipe, or similar", "llvmpipe"],
  ["Apple Software Renderer", "Apple Software Renderer"],
])("knows that %s is software", (driver, name) => {
  expect(softwareRendererName(driver)).toBe(name);
});
