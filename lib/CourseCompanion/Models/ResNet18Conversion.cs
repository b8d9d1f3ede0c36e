using CourseCompanion.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Models;

/// <summary>
/// Makes the weight file of <see cref="ResNet18"/> from the ONNX file of the NuGet package
/// <c>Microsoft.ML.DnnImageFeaturizer.ResNet18</c>, which anyone can restore.
/// </summary>
/// <remarks>
/// The package (MIT licence) names neither the training set nor the source; its producer is CNTK 2.6, its input that of
/// ImageNet networks. Its last stage has three blocks instead of two: the third is left out, which makes the network the
/// one of the paper. Of three variants tried on the labelled brain MRI, this one told tumours best.
/// </remarks>
public static class ResNet18Conversion
{
    /// <summary>The package.</summary>
    public const string Package = "Microsoft.ML.DnnImageFeaturizer.ResNet18";

    /// <summary>Its version.</summary>
    public const string PackageVersion = "0.23.1";

    /// <summary>The file in the package, with <c>/</c> between folders.</summary>
    public const string FileInPackage = "tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx";

    /// <summary>SHA-256 of that file, in hexadecimal.</summary>
    public const string Sha256 = "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f";

    private const int StagesOfThePackage = 4, BlocksInTheLastStage = 3, BlocksKept = 2;

    /// <summary>Writes the weight file.</summary>
    /// <param name="onnx">The ONNX file.</param>
    /// <param name="path">The safetensors file, replaced if it exists, but only once the new one is complete.</param>
    /// <exception cref="InvalidDataException">The ONNX file is damaged, or holds another network.</exception>
    public static void Convert(string onnx, string path)
    {
        OnnxFile file = OnnxFile.Load(onnx);
        List<OnnxNode> convolutions = [.. file.Nodes.Where(node => node.Operator == "Conv")];
        List<(string Convolution, string Normalisation)> names = [.. Names()];
        if (convolutions.Count != names.Count)
        {
            throw new InvalidDataException($"'{onnx}' is not the package's ResNet-18: it has {convolutions.Count} convolutions instead of {names.Count}.");
        }

        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
        foreach ((OnnxNode convolution, (string name, string normalisation)) in convolutions.Zip(names))
        {
            if (name.StartsWith($"layer{StagesOfThePackage}.{BlocksKept}.", StringComparison.Ordinal))
            {
                continue;
            }

            // A batch normalisation takes the image, then scale, shift, mean and variance.
            OnnxNode norm = file.Nodes.FirstOrDefault(node => node.Operator == "BatchNormalization" && node.Inputs[0] == convolution.Outputs[0])
                ?? throw new InvalidDataException($"'{onnx}' is not the package's ResNet-18: {name} is not normalised.");
            tensors[$"{name}.weight"] = Weight(convolution.Inputs[1]);
            tensors[$"{normalisation}.weight"] = Weight(norm.Inputs[1]);
            tensors[$"{normalisation}.bias"] = Weight(norm.Inputs[2]);
            tensors[$"{normalisation}.running_mean"] = Weight(norm.Inputs[3]);
            tensors[$"{normalisation}.running_var"] = Weight(norm.Inputs[4]);
            tensors[$"{normalisation}.num_batches_tracked"] = tensor(0L);
        }

        Safetensors.Save(path, tensors, new Dictionary<string, string>
        {
            // The averages of the package's mean image, over its pixels.
            [ImageNetInput.HeaderEntry] = "BGR 0..255 minus (103.0626,115.9029,123.1516), 224x224",
            ["source"] = $"NuGet package {Package} {PackageVersion}, {FileInPackage}, sha256 {Sha256}, without layer4.2",
            ["licence"] = "MIT (the package's; its notices name neither source nor training set)",
        });

        Tensor Weight(string name) => file.Weights.TryGetValue(name, out OnnxWeight? weight) && weight.Shape.Length > 0
            ? tensor(weight.Values).reshape(weight.Shape)
            : throw new InvalidDataException($"'{onnx}' is not the package's ResNet-18: the weight '{name}' is missing.");
    }

    // The package's convolutions in their order, under torchvision's names: the shortcut comes first in its block.
    private static IEnumerable<(string Convolution, string Normalisation)> Names()
    {
        yield return ("conv1", "bn1");
        for (int stage = 1; stage <= StagesOfThePackage; stage++)
        {
            for (int block = 0; block < (stage == StagesOfThePackage ? BlocksInTheLastStage : 2); block++)
            {
                string prefix = $"layer{stage}.{block}";
                if (stage > 1 && block == 0)
                {
                    yield return ($"{prefix}.downsample.0", $"{prefix}.downsample.1");
                }

                yield return ($"{prefix}.conv1", $"{prefix}.bn1");
                yield return ($"{prefix}.conv2", $"{prefix}.bn2");
            }
        }
    }
}
