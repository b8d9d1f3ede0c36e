using CourseCompanion.Data.Images;
using CourseCompanion.Files;
using CourseCompanion.Labelling.Models;
using CourseCompanion.Models;
using static TorchSharp.torch;

namespace CourseCompanion.Labelling.Tests.Support;

/// <summary>Images and a model to label them with, drawn by a program.</summary>
internal static class LabellingSet
{
    public static readonly string[] Classes = ["naevus", "mélanome", "autre"];

    /// <summary>Writes small colour images, a hundred a folder; some are no images at all.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="count">How many files.</param>
    /// <param name="badEvery">Every how many files one is damaged; 0 for none.</param>
    public static void WriteImages(string folder, int count, int badEvery = 0)
    {
        Parallel.ForEach(Enumerable.Range(0, (count + 99) / 100), part =>
        {
            string place = Path.Combine(folder, $"{part:D4}");
            Directory.CreateDirectory(place);
            using var scope = NewDisposeScope();
            using Generator generator = new((ulong)part);
            int here = Math.Min(100, count - (part * 100));
            Tensor coarse = rand([here, 3, 4, 4], ScalarType.Float32, generator: generator);
            Tensor pixels = nn.functional.interpolate(coarse, [30, 30], mode: InterpolationMode.Bilinear, align_corners: false).mul(255).to(ScalarType.Byte);
            for (int i = 0; i < here; i++)
            {
                string file = Path.Combine(place, $"{i:D3}.png");
                ImageFile.Save(pixels[i], file);
                if (badEvery > 0 && ((part * 100) + i) % badEvery == badEvery - 1)
                {
                    File.WriteAllBytes(file, Damaged(File.ReadAllBytes(file), ((part * 100) + i) / badEvery));
                }
            }
        });
    }

    /// <summary>Saves a small network with random weights, which is as good as any to see whether answers are the same.</summary>
    public static string WriteModel(string path, int seed = 42, double? threshold = 0.4, string? curve = null)
    {
        random.manual_seed(seed);
        using SimpleCnn network = new(3, Classes.Length);
        Dictionary<string, string> about = new() { [LabellingModel.ClassesEntry] = System.Text.Json.JsonSerializer.Serialize(Classes) };
        if (threshold is { } least)
        {
            about[LabellingModel.ThresholdEntry] = least.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (curve is not null)
        {
            about[LabellingModel.CurveEntry] = curve;
        }

        using (no_grad())
        {
            // Sure of some and not of others.
            foreach (var (name, weight) in network.named_parameters().Where(entry => entry.name == "classifier.weight"))
            {
                weight.mul_(4);
            }
        }

        Safetensors.Save(path, network, about);
        return path;
    }

    private static byte[] Damaged(byte[] image, int kind) => (kind % 3) switch
    {
        0 => image[..(image.Length / 2)],
        1 => [.. "GIF89a"u8, .. image],
        _ => [],
    };
}
