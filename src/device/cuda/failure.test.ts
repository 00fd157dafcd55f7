/** Texts as ONNX Runtime 1.26 and 1.30 print them, with paths of no machine. */

import { describe, expect, test } from 'bun:test';
import { DeviceError } from '../backend.ts';
import { openFailure, runFailure } from './failure.ts';

const BRIDGE =
  '/onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1988 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : ';
const OPTIONS =
  '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider_info.cc:62 static onnxruntime::CUDAExecutionProviderInfo onnxruntime::CUDAExecutionProviderInfo::FromProviderOptions(const onnxruntime::ProviderOptions&) [ONNXRuntimeError] : 1 : FAIL : provider_options_utils.h:187 Parse Failed to parse provider option "device_id": ';
const failure = (code: number, text: string) =>
  `CUDA failure ${code}: ${text} ; GPU=-1 ; hostname=box ; file=/onnxruntime_src/x.cc ; line=69 ; expr=cudaGetDeviceCount(&num_devices); \n`;
const unsupported = (message: string) => new DeviceError('Unsupported', message);

describe('opening', () => {
  test.each([
    [
      `${OPTIONS}${failure(35, 'CUDA driver version is insufficient for CUDA runtime version')}`,
      'the driver is too old for this version of CUDA (CUDA error 35)',
    ],
    [`${OPTIONS}${failure(100, 'no CUDA-capable device is detected')}`, 'no card is visible (CUDA error 100)'],
    [
      `${OPTIONS}Invalid device ID: 4, must be between 0 (inclusive) and 2 (exclusive).`,
      'there is no card of this number',
    ],
    [
      `${BRIDGE}Failed to load library /a b/libonnxruntime_providers_cuda.so with error: libcuda.so.1: cannot open shared object file: No such file or directory`,
      "there is no driver of NVIDIA's on this machine (libcuda.so.1 is missing)",
    ],
    [
      `${BRIDGE}Failed to load library /a/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory`,
      'the library libcublasLt.so.13 is missing',
    ],
    [
      `${BRIDGE}Failed to load library /a/libonnxruntime_providers_shared.so with error: /a/libonnxruntime_providers_shared.so: cannot open shared object file: No such file or directory\n`,
      'the library libonnxruntime_providers_shared.so is missing',
    ],
    [
      `${BRIDGE}Failed to load library /a/libonnxruntime_providers_cuda.so with error: /a/libonnxruntime_providers_cuda.so: undefined symbol: cuTensorMapEncodeTiled\n`,
      'libonnxruntime_providers_cuda.so cannot be loaded: undefined symbol: cuTensorMapEncodeTiled',
    ],
    [
      `${BRIDGE}Failed to get symbol Provider_SetHost with error: /a b/libonnxruntime_providers_shared.so: undefined symbol: Provider_SetHost`,
      'libonnxruntime_providers_shared.so cannot be loaded: undefined symbol: Provider_SetHost',
    ],
    [
      `${BRIDGE}Error loading "C:\\cuda\\onnxruntime_providers_cuda.dll" which depends on "cublas64_13.dll" which is missing. (Error 126: "The specified module could not be found.")`,
      'onnxruntime_providers_cuda.dll cannot be loaded: cublas64_13.dll is missing',
    ],
    [
      'libcublas.so.13 cannot be loaded: the file ends before its last segment',
      'libcublas.so.13 cannot be loaded: the file ends before its last segment',
    ],
    [
      `${BRIDGE}CUDA failure 2: out of memory ; GPU=0 ; hostname=box ; expr=cudaMalloc((void**)&p, size);`,
      "the models do not fit the card's free memory",
    ],
    [
      '/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:359 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Available memory of 536870912 is smaller than requested bytes of 1073741824',
      "the models do not fit the card's free memory",
    ],
    [
      'This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.',
      'the card has no code for a part of the model',
    ],
  ])('%s', (said, sentence) => {
    const error = openFailure(unsupported(said));
    expect(error).toBeInstanceOf(DeviceError);
    expect((error as DeviceError).kind).toBe('Unsupported');
    expect((error as DeviceError).message).toBe(`CUDA cannot be used: ${sentence}`);
  });

  test('a bug stays one', () => {
    const bug = new DeviceError('Bug', 'TypeError: x is undefined');
    expect(openFailure(bug)).toBe(bug);
    const other = new Error('the first lane gave no handles');
    expect(openFailure(other)).toBe(other);
  });
});

describe('running', () => {
  const node = "Non-zero status code returned while running MatMul node. Name:'layer.3.query.matmul' Status Message: ";

  test.each([
    `${node}CUDA error cudaErrorMemoryAllocation:out of memory`,
    `${node}${failure(2, 'out of memory')}`,
    `${node}CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=box ; expr=cublasCreate(&cublas_handle_);`,
    `${node}CUBLAS failure 1: CUBLAS_STATUS_NOT_INITIALIZED ; GPU=0 ; hostname=box ; expr=cublasCreate(&cublas_handle_);`,
    `${node}/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 1207959552`,
    `${node}/onnxruntime_src/bfc_arena.cc:359 Available memory of 19968 is smaller than requested bytes of 1572864`,
    `${node}std::bad_alloc`,
  ])('no memory: %s', (said) => {
    expect((runFailure(unsupported(said)) as DeviceError).kind).toBe('OutOfMemory');
  });

  test.each([
    [700, 'an illegal memory access was encountered', 'the card read or wrote memory that is not its own'],
    [719, 'unspecified launch failure', 'the work failed on the card'],
    [214, 'uncorrectable ECC error encountered', 'the card reports a memory error that cannot be corrected'],
    [702, 'the launch timed out and was terminated', 'the work took longer than the system allows'],
    [999, 'unknown error', 'the driver gives no reason; restarting the machine may help'],
  ])('a lost card: %d', (code, said, sentence) => {
    const error = runFailure(unsupported(node + failure(code, said))) as DeviceError;
    expect(error.kind).toBe('DeviceLost');
    expect(error.message).toBe(`${sentence} (CUDA error ${code})`);
  });

  test('cuBLAS that could not execute: the card is lost', () => {
    const said = `${node}CUBLAS failure 13: CUBLAS_STATUS_EXECUTION_FAILED ; GPU=0 ; hostname=box`;
    expect((runFailure(unsupported(said)) as DeviceError).kind).toBe('DeviceLost');
  });

  test("anything else is told in ORT's words, and what has its kind keeps it", () => {
    const said = `${node}indices element out of data bounds, idx=33 must be within the inclusive range [-33,32]`;
    const error = runFailure(unsupported(said)) as DeviceError;
    expect(error.kind).toBe('Unsupported');
    expect(error.message).toContain('indices element out of data bounds');
    for (const kind of ['Bug', 'DeviceLost'] as const) {
      const given = new DeviceError(kind, 'out of memory');
      expect(runFailure(given)).toBe(given);
    }
  });
});
