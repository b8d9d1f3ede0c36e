using static TorchSharp.torch;

namespace CourseCompanion.Files;

/// <summary>What became of tensors that were to be put into a module.</summary>
/// <param name="Loaded">Names in the module that have their values now.</param>
/// <param name="Missing">Names in the module that no tensor was for.</param>
/// <param name="Unexpected">Names of tensors that the module has no place for.</param>
/// <param name="Misshapen">What tensors have another shape than their place, a sentence each.</param>
public sealed record WeightReport(
    IReadOnlyList<string> Loaded, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> Misshapen)
{
    /// <summary>Whether every tensor has found its place, and every place its tensor.</summary>
    public bool IsComplete => Missing.Count == 0 && Unexpected.Count == 0 && Misshapen.Count == 0;

    /// <summary>How many tensors were loaded, and every one that was not.</summary>
    public override string ToString() =>
        string.Join("; ", [
            $"{Loaded.Count} tensors loaded",
            .. Problems()]);

    internal void ThrowUnless(bool condition, nn.Module module, string source)
    {
        if (!condition)
        {
            throw new InvalidDataException(
                $"The weights in '{source}' are not those of {module.GetName()}: {string.Join("; ", Problems())}. "
                + "Make the module as it was when the file was saved, or choose another file.");
        }
    }

    private IEnumerable<string> Problems() =>
        [
            .. Missing.Select(name => $"'{name}' is missing"),
            .. Unexpected.Select(name => $"'{name}' is unknown to the module"),
            .. Misshapen,
        ];
}

/// <summary>Puts tensors from elsewhere into a module, by name, and tells of every one that does not fit.</summary>
/// <example>
/// <code>
/// var (saved, encoder) = (ResNet.Of18(width: 0.25), ResNet.Of18(width: 0.25));
/// var tensors = saved.state_dict().ToDictionary(entry => "backbone." + entry.Key, entry => entry.Value);
/// Console.WriteLine(WeightImport.Into(encoder, tensors, "the saved network", name => name["backbone.".Length..]));
/// </code>
/// </example>
public static class WeightImport
{
    // Counts the batches that a normalisation has seen. Nothing is computed from it here, and files from before 2018 lack it.
    private const string Counter = ".num_batches_tracked";

    /// <summary>Copies the tensors of a file of PyTorch or safetensors into the parameters and buffers of a module.</summary>
    /// <param name="module">The module, on any device.</param>
    /// <param name="path">The file; its ending says which kind it is (<see cref="WeightFile.Load"/>).</param>
    /// <param name="rename">The module's name for a name of the file; null leaves a tensor aside. The same names if absent.</param>
    /// <param name="strict">Whether all names and shapes must agree; otherwise what fits is loaded, and the report tells the rest.</param>
    /// <returns>What was loaded and what was not.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file breaks its format, or holds another model's weights. The module is unchanged.</exception>
    public static WeightReport Load(nn.Module module, string path, Func<string, string?>? rename = null, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(module);
        using WeightFile file = WeightFile.Load(path);
        return Into(module, file.Tensors, path, rename, strict);
    }

    /// <summary>Copies tensors into the parameters and buffers of a module; their types are converted.</summary>
    /// <param name="module">The module, on any device.</param>
    /// <param name="tensors">Tensors by name, on any device.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <param name="rename">The module's name for a tensor's; null leaves a tensor aside. The same names if absent.</param>
    /// <param name="strict">
    /// Whether all names and shapes must agree (the counters of batches apart, which old files lack); otherwise what fits is loaded, and the report tells the rest.
    /// </param>
    /// <returns>What was loaded and what was not.</returns>
    /// <exception cref="InvalidDataException">These are another model's weights, or two get one name. The module is unchanged.</exception>
    public static WeightReport Into(
        nn.Module module, IReadOnlyDictionary<string, Tensor> tensors, string source, Func<string, string?>? rename = null, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(tensors);
        Dictionary<string, Tensor> named = new(StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in tensors)
        {
            if ((rename is null ? name : rename(name)) is { } place && !named.TryAdd(place, tensor))
            {
                throw new InvalidDataException($"Two tensors in '{source}' are to be called '{place}', the second one is '{name}'. Correct the renaming.");
            }
        }

        WeightReport report = Compare(module, named);
        report.ThrowUnless(!strict || report.IsComplete, module, source);
        using var noGradient = no_grad();
        Dictionary<string, Tensor> places = module.state_dict();
        foreach (string name in report.Loaded)
        {
            places[name].copy_(named[name]);
        }

        return report;
    }

    /// <summary>What would be loaded and what not; nothing is changed.</summary>
    internal static WeightReport Compare(nn.Module module, IReadOnlyDictionary<string, Tensor> tensors)
    {
        List<string> loaded = [], missing = [], misshapen = [];
        Dictionary<string, Tensor> places = module.state_dict();
        foreach ((string name, Tensor place) in places)
        {
            if (!tensors.TryGetValue(name, out Tensor? tensor))
            {
                if (!name.EndsWith(Counter, StringComparison.Ordinal))
                {
                    missing.Add(name);
                }
            }
            else if (!place.shape.SequenceEqual(tensor.shape))
            {
                misshapen.Add($"'{name}' is [{string.Join(", ", tensor.shape)}] instead of [{string.Join(", ", place.shape)}]");
            }
            else
            {
                loaded.Add(name);
            }
        }

        return new WeightReport(loaded, missing, [.. tensors.Keys.Where(name => !places.ContainsKey(name))], misshapen);
    }
}
