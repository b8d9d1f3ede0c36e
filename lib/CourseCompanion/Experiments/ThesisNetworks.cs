using CourseCompanion.Augmentations;
using CourseCompanion.Models;
using CourseCompanion.SelfSupervised;
using CourseCompanion.Transfer;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>Makes what the thesis' protocol names: encoders, pretext tasks, options.</summary>
/// <param name="setting">The hyper-parameters.</param>
/// <param name="sizes">The sizes of the profile.</param>
/// <param name="dataset">The data set, whose images choose the views.</param>
/// <param name="channels">Channels of the images.</param>
/// <param name="seed">Seed of initial weights and of the order of the images.</param>
/// <param name="device">Where networks live.</param>
internal sealed class ThesisNetworks(ThesisSetting setting, ThesisSizes sizes, string dataset, int channels, int seed, Device device)
{
    private int BatchSize => Math.Min(setting.BatchSize, sizes.BatchSize ?? int.MaxValue);

    /// <summary>An encoder with the initial weights of the seed.</summary>
    public Encoder NewEncoder(string name)
    {
        random.manual_seed(seed);
        ResNetStem stem = setting.Stem == "small" ? ResNetStem.Small : ResNetStem.Large;
        return name switch
        {
            "resnet18" => ResNet.Of18(channels, sizes.ResnetWidth, stem, device),
            "resnet34" => ResNet.Of34(channels, sizes.ResnetWidth, stem, device),
            "vit" => new VisionTransformer(channels, sizes.VitWidth, sizes.VitDepth, sizes.VitHeads, device: device),
            _ => throw new ArgumentException($"There is no encoder '{name}'.", nameof(name)),
        };
    }

    /// <summary>A pretext task with an encoder of its own.</summary>
    public PretextMethod NewMethod(ThesisMethod method)
    {
        string pretext = method.Pretext!;
        Encoder encoder = NewEncoder(method.Encoder);
        double? temperature = setting.Pretexts[pretext].Temperature;
        return pretext switch
        {
            "simclr" => new SimClr(encoder, sizes.Projection, sizes.Projection, temperature ?? 0.5),
            "moco" => new MoCo(encoder, NewEncoder(method.Encoder), sizes.MemoryBank, sizes.Projection, sizes.Projection, temperature ?? 0.2),
            "byol" => new Byol(encoder, NewEncoder(method.Encoder), sizes.Projection),
            "rotations" => new RotationPrediction(encoder),
            "mae" => new Mae((VisionTransformer)encoder, 0.75, sizes.DecoderWidth, sizes.DecoderDepth, sizes.DecoderHeads, device: device),
            "aim" => new Aim((VisionTransformer)encoder, sizes.AimHeadDepth, device: device),
            _ => throw new ArgumentException($"There is no pretext task '{pretext}'.", nameof(method)),
        };
    }

    /// <summary>How a pretext task is trained.</summary>
    public PretrainingOptions PretrainingOf(string pretext)
    {
        ThesisPretraining given = setting.Pretexts[pretext];
        return (given.Kind == "generative" ? PretrainingOptions.Generative : PretrainingOptions.Contrastive) with
        {
            Epochs = Math.Min(given.Epochs, sizes.PretrainingEpochs ?? int.MaxValue),
            BatchSize = BatchSize,
            LearningRate = given.LearningRate,
            Views = given.Views switch
            {
                "simclr" => ContrastiveViews.SimClr,
                "medical" => ContrastiveViews.Medical,
                "crop" => ContrastiveViews.CropAndFlip,
                "none" => null,
                _ => throw new ArgumentException($"There are no views '{given.Views}'.", nameof(pretext)),
            },
            Seed = seed,
        };
    }

    /// <summary>An encoder with a new head.</summary>
    public Classifier NewClassifier(Encoder encoder, ThesisTraining training, int classCount)
    {
        random.manual_seed(seed);
        return new Classifier(encoder, classCount, Math.Min(training.Hidden, sizes.Hidden), training.Normalize, device);
    }

    /// <summary>How a classifier is trained.</summary>
    public TransferOptions TransferOf(ThesisTraining training)
    {
        MedicalViews views = dataset.StartsWith("blood", StringComparison.Ordinal) ? MedicalViews.BloodCells : MedicalViews.SkinLesions;
        return new TransferOptions
        {
            Epochs = Math.Min(training.Epochs, sizes.TrainingEpochs ?? int.MaxValue),
            BatchSize = BatchSize,
            LearningRate = training.LearningRate,
            Schedule = training.Schedule == "halving" ? TransferOptions.Halving : TransferOptions.Cosine,
            Optimizer = training.Optimizer == "adamw"
                ? (parameters, rate) => optim.AdamW(parameters, rate, weight_decay: 0.05)
                : (parameters, rate) => optim.SGD(parameters, rate, momentum: 0.9),
            WeighClasses = setting.WeighClasses,
            Views = training.Views switch
            {
                "none" => null,
                "weak" => views.Weak,
                "mild" => views.Mild,
                "strong" => views.Strong,
                _ => throw new ArgumentException($"There are no views '{training.Views}'.", nameof(training)),
            },
            Seed = seed,
        };
    }

    /// <summary>What an encoder depends on besides data and seed, as text.</summary>
    public string Describe(ThesisMethod method) => ThesisProtocol.Describe(new
    {
        method,
        setting.Stem,
        BatchSize,
        pretraining = method.Pretext is { } pretext ? setting.Pretexts[pretext] : null,
        sizes = sizes with { TrainingEpochs = null, Hidden = 0 },
    });
}
