using static TorchSharp.torch;

namespace CourseCompanion.Files;

/// <summary>The contents of a safetensors file: named tensors on the CPU, and free text about them.</summary>
public sealed class SafetensorsFile : WeightFile
{
    internal SafetensorsFile(string path, IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, Tensor> tensors)
        : base(path, metadata, tensors)
    {
    }
}
