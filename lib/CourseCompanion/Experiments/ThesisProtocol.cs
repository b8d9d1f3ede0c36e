using System.Text.Json;
using System.Text.Json.Serialization;
using CourseCompanion.Augmentations;
using CourseCompanion.SelfSupervised;
using CourseCompanion.Transfer;

namespace CourseCompanion.Experiments;

/// <summary>What a method is: an encoder, and what it learns without labels.</summary>
/// <param name="Encoder"><c>resnet18</c>, <c>resnet34</c> or <c>vit</c>.</param>
/// <param name="Pretext">The pretext task; null for an encoder with random weights.</param>
/// <param name="FurtherImages">Data sets whose training images the pretext task sees besides; none if null.</param>
public sealed record ThesisMethod(string Encoder, string? Pretext = null, IReadOnlyList<string>? FurtherImages = null);

/// <summary>How a pretext task is trained.</summary>
/// <param name="Kind"><c>contrastive</c> or <c>generative</c>: whose optimiser (<see cref="PretrainingOptions"/>).</param>
/// <param name="LearningRate">The highest learning rate.</param>
/// <param name="Epochs">Passes over all images.</param>
/// <param name="Views"><c>simclr</c>, <c>medical</c>, <c>crop</c> (<see cref="ContrastiveViews"/>) or <c>none</c>.</param>
/// <param name="Temperature">Temperature of tasks that have one; the method's default if null.</param>
public sealed record ThesisPretraining(string Kind, double LearningRate, int Epochs, string Views, double? Temperature = null);

/// <summary>How a classifier is trained.</summary>
/// <param name="Optimizer"><c>sgd</c> (momentum 0.9) or <c>adamw</c> (weight decay 0.05).</param>
/// <param name="LearningRate">The learning rate at the beginning.</param>
/// <param name="Schedule"><c>cosine</c>, or <c>halving</c> after each fifth (<see cref="TransferOptions"/>).</param>
/// <param name="Epochs">Passes over the labelled images.</param>
/// <param name="Hidden">Units of the head's hidden layer; 0 for a linear head.</param>
/// <param name="Normalize">Whether features are normalised before the head (<see cref="Classifier"/>).</param>
/// <param name="Views"><c>none</c>, or the <c>weak</c>, <c>mild</c> or <c>strong</c> views of the data set (<see cref="MedicalViews"/>).</param>
/// <param name="Average">How much of the running average of the weights stays at a step; 0 for the weights themselves.</param>
public sealed record ThesisTraining(
    string Optimizer, double LearningRate, string Schedule, int Epochs, int Hidden, bool Normalize, string Views, double Average);

/// <summary>All hyper-parameters. There are two such settings, whose figures are never mixed: the thesis' own, and ours.</summary>
/// <param name="Stem">How ResNets begin: <c>large</c> (7x7, as for photographs) or <c>small</c> (3x3).</param>
/// <param name="BatchSize">Images of a step, everywhere.</param>
/// <param name="WeighClasses">Whether an error on a rare class costs more.</param>
/// <param name="Pretexts">How each pretext task is trained.</param>
/// <param name="Training">
/// How classifiers are trained: <c>supervised</c>, <c>frozen</c>, <c>finetuned</c> (also from random weights, <c>scratch</c>); with the name of an encoder behind, for that
/// one only.
/// </param>
public sealed record ThesisSetting(
    string Stem, int BatchSize, bool WeighClasses, IReadOnlyDictionary<string, ThesisPretraining> Pretexts, IReadOnlyDictionary<string, ThesisTraining> Training)
{
    /// <summary>How the classifier of a row is trained.</summary>
    /// <param name="backbone">As a row names it.</param>
    /// <param name="encoder">As a method names it.</param>
    public ThesisTraining TrainingOf(string backbone, string encoder)
    {
        string name = backbone == "scratch" ? "finetuned" : backbone;
        return Training.GetValueOrDefault($"{name} {encoder}") ?? Training[name];
    }
}

/// <summary>Sizes of a profile. <c>complet</c> has those of the thesis; the others are smaller, and their figures say nothing about it.</summary>
public sealed record ThesisSizes
{
    /// <summary>Images of each set at most; all if null.</summary>
    public int? Images { get; init; }

    /// <summary>Passes of a pretraining at most.</summary>
    public int? PretrainingEpochs { get; init; }

    /// <summary>Passes of a classifier's training at most.</summary>
    public int? TrainingEpochs { get; init; }

    /// <summary>Images of a step at most.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Channels of ResNets, as a share of the paper's.</summary>
    public required double ResnetWidth { get; init; }

    /// <summary>Numbers of a token of the transformer.</summary>
    public required int VitWidth { get; init; }

    /// <summary>Blocks of the transformer.</summary>
    public required int VitDepth { get; init; }

    /// <summary>Heads of the transformer.</summary>
    public required int VitHeads { get; init; }

    /// <summary>Width of both layers of the projection.</summary>
    public required int Projection { get; init; }

    /// <summary>Keys in MoCo's memory bank.</summary>
    public required int MemoryBank { get; init; }

    /// <summary>Units of the classifier's hidden layer at most.</summary>
    public required int Hidden { get; init; }

    /// <summary>Numbers of a token of MAE's decoder.</summary>
    public required int DecoderWidth { get; init; }

    /// <summary>Blocks of MAE's decoder.</summary>
    public required int DecoderDepth { get; init; }

    /// <summary>Heads of MAE's decoder.</summary>
    public required int DecoderHeads { get; init; }

    /// <summary>Blocks between AIM's encoder and its prediction.</summary>
    public required int AimHeadDepth { get; init; }
}

/// <summary>
/// The thesis' protocol, from <c>datasets/references/thesis_protocol.json</c>, which is embedded in the library: all numbers are there.
/// </summary>
/// <param name="About">What the file is.</param>
/// <param name="Seed">The thesis' seed.</param>
/// <param name="Methods">Each method by its name in the rows.</param>
/// <param name="Fusions">The members of each fusion.</param>
/// <param name="FurtherRows">Methods for rows that the thesis does not have, by backbone.</param>
/// <param name="Settings">The hyper-parameters: <c>replication</c> and <c>improved</c>.</param>
/// <param name="Profiles">The sizes of each profile.</param>
public sealed record ThesisProtocol(
    string About,
    int Seed,
    IReadOnlyDictionary<string, ThesisMethod> Methods,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Fusions,
    IReadOnlyDictionary<string, IReadOnlyList<string>> FurtherRows,
    IReadOnlyDictionary<string, ThesisSetting> Settings,
    IReadOnlyDictionary<string, ThesisSizes> Profiles)
{
    private const string Resource = "CourseCompanion.datasets.thesis_protocol.json";

    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The course's protocol.</summary>
    public static ThesisProtocol Default { get; } = Read();

    /// <summary>
    /// The rows of the thesis, then ours: the same trainings from random weights, and further pretext tasks.
    /// </summary>
    public IReadOnlyList<ThesisRow> Rows =>
    [
        .. ThesisRow.Published,
        .. from place in ThesisRow.Published.Select(row => (row.Dataset, row.Share)).Distinct()
           from further in FurtherRows
           from method in further.Value
           select new ThesisRow(place.Dataset, place.Share, further.Key, method),
    ];

    /// <summary>Settings as text, to tell whether two are the same.</summary>
    internal static string Describe(object settings) => JsonSerializer.Serialize(settings, JsonOptions);

    private static ThesisProtocol Read()
    {
        using Stream stream = typeof(ThesisProtocol).Assembly.GetManifestResourceStream(Resource)!;
        return JsonSerializer.Deserialize<ThesisProtocol>(stream, JsonOptions)!;
    }
}
