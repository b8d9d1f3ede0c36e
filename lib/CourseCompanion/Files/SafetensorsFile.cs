using static TorchSharp.torch;

namespace CourseCompanion.Files;

/// <summary>The contents of a safetensors file: named tensors on the CPU, and free text about them.</summary>
public sealed class SafetensorsFile : IDisposable
{
    internal SafetensorsFile(string path, IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        Path = path;
        Metadata = metadata;
        Tensors = tensors;
    }

    /// <summary>Where the file was read.</summary>
    public string Path { get; }

    /// <summary>What the writer of the file said about it: provenance, architecture, class names.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by name, on the CPU, contiguous. They are disposed of with this object.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>Disposes of the tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
