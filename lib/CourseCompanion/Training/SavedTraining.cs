using System.Globalization;
using System.Reflection;
using CourseCompanion.Files;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Training;

/// <summary>
/// A training in the middle, in one file: everything that the next step depends on. A training that is resumed goes on as if it
/// had never stopped.
/// </summary>
internal static class SavedTraining
{
    private const string OptimizerEntry = "optimizer";  // bytes, as TorchSharp writes them
    private const string TrainingEntry = "training", StepsEntry = "steps";

    /// <summary>
    /// The settings that a method was made with, in a line: what tells a saved training from one with other settings. All numbers, choices and options that
    /// it keeps in read-only fields.
    /// </summary>
    /// <param name="method">The method.</param>
    public static string SettingsOf(object method) => string.Join(", ", method.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
        .Where(kept => kept.IsInitOnly && (kept.FieldType.IsPrimitive || kept.FieldType.IsEnum || kept.Name == "_options"))
        .Select(kept => string.Create(CultureInfo.InvariantCulture, $"{kept.Name.TrimStart('_')} {kept.GetValue(method)}")));

    /// <summary>Saves a training in a safetensors file that is written whole or not at all.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="description">What tells this training from another: its method and settings.</param>
    /// <param name="steps">How many steps are done.</param>
    /// <param name="state">All that changes from step to step but the optimiser's own memory, by name.</param>
    /// <param name="optimizer">The optimiser.</param>
    /// <exception cref="IOException">The disk is full or read-only; the old file is untouched.</exception>
    public static void Save(string path, string description, int steps, IReadOnlyDictionary<string, Tensor> state, OptimizerHelper optimizer)
    {
        using var scope = NewDisposeScope();
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        optimizer.save_state_dict(writer);
        writer.Flush();
        Safetensors.Save(
            path,
            new Dictionary<string, Tensor>(state) { [OptimizerEntry] = tensor(memory.ToArray(), ScalarType.Byte) },
            new Dictionary<string, string>
            {
                [TrainingEntry] = description,
                [StepsEntry] = steps.ToString(CultureInfo.InvariantCulture),
            });
    }

    /// <summary>Puts a saved training back in place.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <param name="description">What tells this training from another.</param>
    /// <param name="state">The tensors to overwrite, by name.</param>
    /// <param name="optimizer">The optimiser.</param>
    /// <returns>How many steps were done.</returns>
    /// <exception cref="InvalidDataException">The file is of another training, or damaged; nothing has changed.</exception>
    public static int Resume(string path, string description, IReadOnlyDictionary<string, Tensor> state, OptimizerHelper optimizer)
    {
        using SafetensorsFile file = Safetensors.Load(path);
        string found = file.Metadata.GetValueOrDefault(TrainingEntry, "something else");
        if (found != description || !state.Keys.Append(OptimizerEntry).ToHashSet().SetEquals(file.Tensors.Keys)
            || state.Any(entry => !entry.Value.shape.SequenceEqual(file.Tensors[entry.Key].shape)))
        {
            throw new InvalidDataException($"'{path}' is of another training ({found}), not of this one ({description}): delete it to start afresh.");
        }

        // The optimiser first: if its entry is damaged, the networks are still as they were.
        try
        {
            using var reader = new BinaryReader(new MemoryStream([.. file.Tensors[OptimizerEntry].data<byte>()]));
            optimizer.load_state_dict(reader);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"The memory of the optimiser in '{path}' is damaged: delete the file to start afresh.", exception);
        }

        using var noGradient = no_grad();
        foreach ((string name, Tensor value) in state)
        {
            value.copy_(file.Tensors[name]);
        }

        return int.Parse(file.Metadata[StepsEntry], CultureInfo.InvariantCulture);
    }
}
