using static TorchSharp.torch;

namespace CourseCompanion.Files;

/// <summary>The contents of a file of weights, of whatever format: named tensors on the CPU, and free text about them.</summary>
public abstract class WeightFile : IDisposable
{
    private protected WeightFile(string path, IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        Path = path;
        Metadata = metadata;
        Tensors = tensors;
    }

    /// <summary>Where the file was read.</summary>
    public string Path { get; }

    /// <summary>What the writer of the file said about it: provenance, architecture, class names. Files of PyTorch say nothing.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by name, on the CPU, contiguous. They are disposed of with this object.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>Reads a whole file: of PyTorch if it is called <c>.pth</c> or <c>.pt</c>, else of safetensors.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensors, on the CPU, and the metadata. Dispose of it when the tensors have been used.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file breaks its format; the message names the file and what is wrong.</exception>
    public static WeightFile Load(string path) =>
        System.IO.Path.GetExtension(path) is { } ending
        && (ending.Equals(".pth", StringComparison.OrdinalIgnoreCase) || ending.Equals(".pt", StringComparison.OrdinalIgnoreCase))
            ? TorchFile.Load(path)
            : Safetensors.Load(path);

    /// <summary>Disposes of the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors.Values)
        {
            tensor.Dispose();
        }

        GC.SuppressFinalize(this);
    }
}
