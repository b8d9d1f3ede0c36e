using System.Globalization;
using System.Text;
using CourseCompanion.Display;
using CourseCompanion.French;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Models;

/// <summary>A layer as a batch went through it.</summary>
/// <param name="Name">Its path in the network, such as <c>features.0</c>.</param>
/// <param name="Type">Its kind, such as <c>Conv2d</c>.</param>
/// <param name="OutputShape">What it gives for one input, without the dimension of the batch.</param>
/// <param name="Parameters">How many numbers it learns, those of its parts included; 0 where the layer was met before.</param>
public sealed record LayerSummary(string Name, string Type, IReadOnlyList<long> OutputShape, long Parameters);

/// <summary>
/// What a network is made of: its layers in the order in which a batch goes through them, the shape that each gives, and how many
/// parameters it has. What a network does without a layer of its own (an average, an activation written in its code) is not seen.
/// </summary>
/// <example>
/// <code>
/// var network = new SimpleCnn(3, 7);
/// Console.WriteLine(ModelSummary.Of(network, [3, 28, 28]));
/// </code>
/// </example>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class ModelSummary : IDisplayable
{
    private static readonly string[] Headings = ["Couche", "Type", "Sortie", "Paramètres"];

    private ModelSummary(string name, IReadOnlyList<long> inputShape, IReadOnlyList<LayerSummary> layers, long parameterCount)
    {
        Name = name;
        InputShape = inputShape;
        Layers = layers;
        ParameterCount = parameterCount;
    }

    /// <summary>Name of the network.</summary>
    public string Name { get; }

    /// <summary>Shape of one input.</summary>
    public IReadOnlyList<long> InputShape { get; }

    /// <summary>The layers, in the order in which they answered.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>How many numbers the whole network learns, whether or not a layer listed has them.</summary>
    public long ParameterCount { get; }

    /// <summary>Sends a batch of zeros through a network, in evaluation mode and without gradient, and notes what each layer gives.</summary>
    /// <param name="model">The network; left as it was.</param>
    /// <param name="inputShape">Shape of one input, without the dimension of the batch: <c>[3, 28, 28]</c>.</param>
    /// <param name="depth">How far into nested layers to look: 1 lists the network's own parts as wholes, 2 (the default) their parts.</param>
    /// <exception cref="ArgumentException">The shape is empty.</exception>
    public static ModelSummary Of(nn.Module<Tensor, Tensor> model, IEnumerable<long> inputShape, int depth = 2)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputShape);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        long[] shape = [.. inputShape];
        if (shape.Length == 0)
        {
            throw new ArgumentException("The shape of an input is needed, for example [3, 28, 28].", nameof(inputShape));
        }

        // Parents before their parts.
        (string Name, nn.Module Module)[] modules =
            [.. model.named_modules().OrderBy(one => one.name.Count(letter => letter == '.')).Select(one => (one.name, one.module))];
        Dictionary<nn.Module, bool> wasTraining = new(ReferenceEqualityComparer.Instance) { [model] = model.training };
        foreach ((_, nn.Module module) in modules)
        {
            wasTraining[module] = module.training;
        }

        List<LayerSummary> layers = [];
        HashSet<nn.Module> met = new(ReferenceEqualityComparer.Instance);
        List<nn.Module<Tensor, Tensor>.HookRemover> hooks = [];
        using DisposeScope scope = NewDisposeScope();
        using var noGradient = no_grad();
        try
        {
            foreach ((string name, nn.Module module) in modules)
            {
                if (module is nn.Module<Tensor, Tensor> layer && IsListed(name, module))
                {
                    hooks.Add(layer.register_forward_hook((_, _, output) =>
                    {
                        long parameters = met.Add(layer) ? layer.parameters().Sum(parameter => parameter.numel()) : 0;
                        layers.Add(new LayerSummary(name, layer.GetType().Name, output.shape[1..], parameters));
                        return output;
                    }));
                }
            }

            model.eval();
            var first = model.parameters().FirstOrDefault();
            model.call(zeros([1, .. shape], first?.dtype ?? ScalarType.Float32, first?.device));
        }
        finally
        {
            hooks.ForEach(hook => hook.remove());
            foreach ((nn.Module module, bool training) in wasTraining)
            {
                module.train(training);
            }
        }

        return new ModelSummary(model.GetType().Name, shape, layers, model.parameters().Sum(parameter => parameter.numel()));

        // As deep as wished, or a layer without parts that is less deep.
        bool IsListed(string name, nn.Module module)
        {
            int level = name.Length == 0 ? 0 : name.Count(letter => letter == '.') + 1;
            return level > 0 && (level == depth || (level < depth && !module.children().Any()));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        [MimeTypes.Html] = ToHtml(),
        [MimeTypes.PlainText] = ToString(),
    };

    /// <summary>The table as aligned text.</summary>
    /// <returns>French text.</returns>
    public override string ToString()
    {
        string[][] rows = [Headings, .. Layers.Select(Cells), Total()];
        int[] widths = [.. Headings.Select((_, column) => rows.Max(row => row[column].Length))];
        IEnumerable<string> lines = rows.Select(row => string.Join("  ", row.Select((cell, column) =>
            IsNumber(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).TrimEnd());
        return string.Join('\n', [Title(), .. lines]);
    }

    private static bool IsNumber(int column) => column == 3;

    private static string Shape(IEnumerable<long> shape) => $"[{string.Join(", ", ["N", .. shape])}]";

    private static string[] Cells(LayerSummary layer) =>
        [layer.Name, layer.Type, Shape(layer.OutputShape), FrenchNumbers.Whole(layer.Parameters)];

    private string Title() => FrenchText.Typeset($"{Name}, pour une entrée {Shape(InputShape)}");

    private string[] Total() => ["Total", "", "", FrenchNumbers.Whole(ParameterCount)];

    private string ToHtml()
    {
        const string Cell = "border: none; border-bottom: 1px solid #DDDDDD; padding: 4px 14px";
        var html = new StringBuilder();
        html.Append("<div style=\"background: #FFFFFF; color: #1A1A1A; padding: 10px; overflow-x: auto; font-family: sans-serif\">\n");
        html.Append("<table style=\"border-collapse: collapse; background: #FFFFFF; color: #1A1A1A; font-size: 16px\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<caption style=\"text-align: left; color: #1A1A1A; font-size: 18px; padding-bottom: 8px\"><b>{FrenchText.Encode(Title())}</b></caption>\n");
        html.Append("<thead><tr style=\"background: #FFFFFF\">");
        foreach ((int column, string heading) in Headings.Index())
        {
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\" align=\"{Side(column)}\" style=\"{Cell}; text-align: {Side(column)}\">{FrenchText.Encode(heading)}</th>");
        }

        html.Append("</tr></thead>\n<tbody>\n");
        foreach (LayerSummary layer in Layers)
        {
            AddRow(Cells(layer), "#FFFFFF", "normal");
        }

        AddRow(Total(), "#F0F0F0", "bold");
        return html.Append("</tbody>\n</table>\n</div>").ToString();

        void AddRow(string[] cells, string background, string weight)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr style=\"background: {background}\">");
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"row\" align=\"left\" style=\"{Cell}; text-align: left; font-weight: {weight}\">{FrenchText.Encode(cells[0])}</th>");
            foreach ((int column, string text) in cells.Index().Skip(1))
            {
                html.Append(CultureInfo.InvariantCulture, $"<td align=\"{Side(column)}\" style=\"{Cell}; text-align: {Side(column)}; white-space: nowrap; font-weight: {weight}\">{FrenchText.Encode(text)}</td>");
            }

            html.Append("</tr>\n");
        }

        static string Side(int column) => IsNumber(column) ? "right" : "left";
    }
}
