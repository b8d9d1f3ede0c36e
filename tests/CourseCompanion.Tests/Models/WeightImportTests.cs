using System.Diagnostics;
using System.Text.Json;
using CourseCompanion.Files;
using CourseCompanion.Models;
using CourseCompanion.Tests.Shared;
using CourseCompanion.Tests.Work;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Models;

[Collection(WorkContextTests.Name)]
public sealed class WeightImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("legacy")]
    public void A_file_of_PyTorch_goes_into_a_module_under_other_names(string format)
    {
        JsonElement golden = Golden.Load("Files", "torch_golden.json").GetProperty($"module_{format}");
        string path = _folder["module.pth"];
        File.WriteAllBytes(path, golden.GetProperty("base64").GetBytesFromBase64());
        using var module = nn.Sequential(("linear", nn.Linear(3, 2)), ("norm", nn.BatchNorm1d(2)));

        WeightReport report = WeightImport.Load(
            module, path, name => name.Replace("0.", "linear.", StringComparison.Ordinal).Replace("1.", "norm.", StringComparison.Ordinal));

        Assert.True(report.IsComplete, report.ToString());
        Assert.Equal(7, report.Loaded.Count);
        Assert.Equal(7, module.state_dict()["norm.num_batches_tracked"].item<long>());
        Assert.Equal(
            golden.GetProperty("tensors").GetProperty("0.weight").GetProperty("values").Floats(), module.get_parameter("linear.weight")!.data<float>().ToArray());
        Assert.All(module.parameters(), parameter => Assert.True(parameter.requires_grad && parameter.is_leaf));
    }

    [Fact]
    public void Whatever_does_not_fit_is_told_in_one_error_and_nothing_is_changed()
    {
        using var module = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3));
        Tensor before = module.get_parameter("0.bias")!.detach().clone();
        var tensors = new Dictionary<string, Tensor> { ["0.weight"] = zeros(3, 5), ["0.bias"] = zeros(3), ["extra"] = zeros(1), ["head"] = zeros(1) };

        string message = Assert.Throws<InvalidDataException>(
            () => WeightImport.Into(module, tensors, "elsewhere", name => name == "head" ? null : name)).Message;

        Assert.Contains("'elsewhere'", message, StringComparison.Ordinal);
        Assert.Contains("'1.running_mean' is missing; '1.running_var' is missing; 'extra' is unknown", message, StringComparison.Ordinal);
        Assert.Contains("'0.weight' is [3, 5] instead of [3, 4]", message, StringComparison.Ordinal);
        Assert.DoesNotContain("head", message, StringComparison.Ordinal);
        Assert.DoesNotContain("num_batches_tracked", message, StringComparison.Ordinal);
        Assert.True(module.get_parameter("0.bias")!.allclose(before, 0, 0));
        Assert.Contains("are to be called", Assert.Throws<InvalidDataException>(
            () => WeightImport.Into(module, tensors, "elsewhere", _ => "0.bias")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Not_strict_what_fits_is_loaded_and_the_rest_reported()
    {
        using var module = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3));
        var tensors = new Dictionary<string, Tensor>
        {
            ["0.weight"] = zeros(3, 5), ["0.bias"] = full([3], 2.5, ScalarType.Float16), ["extra"] = zeros(1),
        };

        WeightReport report = WeightImport.Into(module, tensors, "elsewhere", strict: false);

        Assert.Equal(["0.bias"], report.Loaded);
        Assert.Equal(["1.bias", "1.running_mean", "1.running_var", "1.weight"], report.Missing.Order(StringComparer.Ordinal));
        Assert.Equal(["extra"], report.Unexpected);
        Assert.Single(report.Misshapen);
        Assert.False(report.IsComplete);
        Assert.StartsWith("1 tensors loaded; ", report.ToString(), StringComparison.Ordinal);
        Assert.Equal([2.5f, 2.5f, 2.5f], module.get_parameter("0.bias")!.data<float>().ToArray());
    }

    /// <summary>ResNet's weights, written here, are read by PyTorch, give the same features there, and come back in both of its formats.</summary>
    [PythonFact("torch, torchvision")]
    public void Weights_written_here_go_to_PyTorch_and_back()
    {
        random.manual_seed(4);
        using ResNet network = ResNet.Of18(stem: ResNetStem.Large);
        network.eval();
        Tensor images = rand(2, 3, 64, 64);
        Tensor features = network.call(images).detach();
        Safetensors.Save(_folder["there.safetensors"], network);
        Safetensors.Save(_folder["images.safetensors"], new Dictionary<string, Tensor> { ["images"] = images, ["features"] = features });

        RunPython(
            """
            import json, struct, sys
            import numpy, torch, torchvision

            def load(name):
                content = open(f"{sys.argv[1]}/{name}.safetensors", "rb").read()
                length, = struct.unpack("<Q", content[:8])
                header = json.loads(content[8:8 + length])
                header.pop("__metadata__", None)
                types = {"F32": numpy.float32, "I64": numpy.int64}
                return {key: torch.from_numpy(numpy.frombuffer(
                            content[8 + length + of["data_offsets"][0]:8 + length + of["data_offsets"][1]], types[of["dtype"]]).reshape(of["shape"]).copy())
                        for key, of in header.items()}

            model = torchvision.models.resnet18(weights=None)
            missing = model.load_state_dict(load("there"), strict=False)
            assert missing.missing_keys == ["fc.weight", "fc.bias"] and not missing.unexpected_keys, missing
            torch.save(model.state_dict(), f"{sys.argv[1]}/back.pth")
            torch.save({"epoch": 1, "state_dict": model.state_dict()}, f"{sys.argv[1]}/legacy.pth", _use_new_zipfile_serialization=False)
            model.fc = torch.nn.Identity()
            given = load("images")
            with torch.no_grad():
                features = model.eval()(given["images"])
            largest, difference = features.abs().max().item(), (features - given["features"]).abs().max().item()
            assert difference < 1e-5 * largest, f"{difference} of {largest}"
            """);

        foreach (string file in (string[])["back.pth", "legacy.pth"])
        {
            using ResNet18 pretrained = ResNet18.Load(_folder[file], ImageNetInput.Standardised, size: 64);
            using ResNet back = ResNet.Of18(stem: ResNetStem.Large);
            WeightImport.Load(back, _folder[file], name => name.StartsWith("fc.", StringComparison.Ordinal) ? null : name);
            foreach ((string name, Tensor tensor) in network.state_dict())
            {
                Assert.True(back.state_dict()[name].Equals(tensor) && pretrained.state_dict()[name].Equals(tensor), name);
            }

            Assert.Contains("does not tell which input", Assert.Throws<InvalidDataException>(() => ResNet18.Load(_folder[file])).Message, StringComparison.Ordinal);
        }
    }

    private void RunPython(string script)
    {
        using Process python = Process.Start(new ProcessStartInfo(PythonFactAttribute.Interpreter, ["-c", script, _folder.Path])
        {
            RedirectStandardError = true,
        })!;
        string errors = python.StandardError.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, errors);
    }
}
