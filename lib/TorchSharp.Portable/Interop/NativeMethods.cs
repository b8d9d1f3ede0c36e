using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>
/// The C ABI of native/*.cpp. Getters that cannot block or fail skip the GC transition: they cost a few nanoseconds.
/// </summary>
internal static unsafe partial class NativeMethods
{
    internal const string Library = "torchsharp_portable";

    static NativeMethods()
    {
        NativeLibraryLoader.Register();
        tsp_initialize();
    }

    // dispatch.cpp
    [DllImport(Library, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    internal static extern nint tsp_operator(string name, string overload);
    [DllImport(Library)] internal static extern int tsp_call(nint op, NativeValue* arguments, int count, NativeValue* results, int capacity);
    [DllImport(Library)] internal static extern void tsp_free_list(nint items);

    // tensor.cpp
    [DllImport(Library)] internal static extern void tsp_release(nint tensor);
    [DllImport(Library)] internal static extern nint tsp_alias(nint tensor);
    [DllImport(Library)] internal static extern nint tsp_data(nint tensor);
    [DllImport(Library), SuppressGCTransition] internal static extern long tsp_live_handles();
    [DllImport(Library), SuppressGCTransition] internal static extern int tsp_dim(nint tensor);
    [DllImport(Library), SuppressGCTransition] internal static extern long tsp_size(nint tensor, int dim);
    [DllImport(Library), SuppressGCTransition] internal static extern void tsp_sizes(nint tensor, long* sizes);
    [DllImport(Library), SuppressGCTransition] internal static extern void tsp_strides(nint tensor, long* strides);
    [DllImport(Library), SuppressGCTransition] internal static extern long tsp_numel(nint tensor);
    [DllImport(Library), SuppressGCTransition] internal static extern int tsp_dtype(nint tensor);
    [DllImport(Library), SuppressGCTransition] internal static extern int tsp_element_size(nint tensor);
    [DllImport(Library), SuppressGCTransition] internal static extern void tsp_device(nint tensor, int* type, int* index);
    [DllImport(Library), SuppressGCTransition] internal static extern int tsp_layout(nint tensor);
    [DllImport(Library), SuppressGCTransition] internal static extern int tsp_is_contiguous(nint tensor, int memoryFormat);
    [DllImport(Library), SuppressGCTransition] internal static extern long tsp_storage_offset(nint tensor);

    // autograd.cpp
    [DllImport(Library), SuppressGCTransition] internal static extern int tsp_requires_grad(nint tensor);
    [DllImport(Library)] internal static extern int tsp_set_requires_grad(nint tensor, int value);
    [DllImport(Library)] internal static extern int tsp_is_leaf(nint tensor);
    [DllImport(Library)] internal static extern int tsp_retain_grad(nint tensor);
    [DllImport(Library)] internal static extern nint tsp_grad(nint tensor);
    [DllImport(Library)] internal static extern int tsp_set_grad(nint tensor, nint gradient);
    [DllImport(Library)] internal static extern int tsp_backward(nint* outputs, nint* gradients, int count, int retainGraph, int createGraph, nint* inputs, int inputCount);
    [DllImport(Library)] internal static extern int tsp_autograd_grad(nint* outputs, nint* gradients, int count, nint* inputs, int inputCount, int retainGraph, int createGraph, int allowUnused, nint* results);
    [DllImport(Library), SuppressGCTransition] internal static extern int tsp_grad_enabled();
    [DllImport(Library), SuppressGCTransition] internal static extern void tsp_set_grad_enabled(int enabled);
    [DllImport(Library)] internal static extern nint tsp_enter_inference_mode(int enabled);
    [DllImport(Library)] internal static extern void tsp_leave_inference_mode(nint guard);
    [DllImport(Library), SuppressGCTransition] internal static extern int tsp_inference_mode_enabled();

    // runtime.cpp
    [DllImport(Library)] internal static extern byte* tsp_last_error(int* kind);
    [DllImport(Library)] internal static extern byte* tsp_version();
    [DllImport(Library)] internal static extern int tsp_cuda_device_count();
    [DllImport(Library)] internal static extern int tsp_cudnn_available();
    [DllImport(Library)] internal static extern int tsp_cuda_synchronize(int index);
    [DllImport(Library)] internal static extern int tsp_cudnn_benchmark();
    [DllImport(Library)] internal static extern void tsp_set_cudnn_benchmark(int value);
    [DllImport(Library)] internal static extern int tsp_cudnn_deterministic();
    [DllImport(Library)] internal static extern void tsp_set_cudnn_deterministic(int value);
    [DllImport(Library)] internal static extern void tsp_set_deterministic_algorithms(int value);
    [DllImport(Library)] internal static extern void tsp_set_allow_tf32(int matmul, int cudnn);
    [DllImport(Library)] internal static extern int tsp_num_threads();
    [DllImport(Library)] internal static extern void tsp_set_num_threads(int count);
    [DllImport(Library)] internal static extern int tsp_num_interop_threads();
    [DllImport(Library)] internal static extern int tsp_set_num_interop_threads(int count);
    [DllImport(Library)] internal static extern int tsp_manual_seed(long seed);
    [DllImport(Library)] internal static extern nint tsp_default_generator(int deviceType, int deviceIndex);
    [DllImport(Library)] internal static extern nint tsp_clone_generator(nint generator);
    [DllImport(Library)] internal static extern void tsp_free_generator(nint generator);
    [DllImport(Library)] internal static extern int tsp_generator_set_seed(nint generator, long seed);
    [DllImport(Library)] internal static extern long tsp_generator_initial_seed(nint generator);
    [DllImport(Library)] internal static extern long tsp_generator_seed(nint generator);
    [DllImport(Library)] internal static extern nint tsp_generator_state(nint generator);
    [DllImport(Library)] internal static extern int tsp_generator_set_state(nint generator, nint state);

    // images.cpp
    [DllImport(Library)] internal static extern int tsp_decode_images(NativeImage* requests, int count, int channels, int width, int height, long maxPixels, long maxBytes, int threads, nint images);
    [DllImport(Library)] internal static extern nint tsp_decode_image(NativeImage* request, int channels, long maxPixels, long maxBytes);

    // memory.cpp
    [DllImport(Library)] private static extern void tsp_initialize();
    [DllImport(Library)] internal static extern long* tsp_live_bytes();
}
