using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What batch and instance normalisation share: affine parameters and running statistics.</summary>
public abstract class NormBase : nn.Module<Tensor, Tensor>
{
    private Parameter? _weight;
    private Parameter? _bias;
    private Tensor? _runningMean;
    private Tensor? _runningVariance;
    private Tensor? _batchesTracked;

    private protected NormBase(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
        : base(name)
    {
        this.num_features = num_features;
        this.eps = eps;
        this.momentum = momentum;
        this.affine = affine;
        this.track_running_stats = track_running_stats;
        if (affine)
        {
            weight = nn.Parameter(ones([num_features], dtype, device));
            bias = nn.Parameter(zeros([num_features], dtype, device));
        }
        if (track_running_stats)
        {
            running_mean = zeros([num_features], dtype, device);
            running_var = ones([num_features], dtype, device);
            num_batches_tracked = zeros([], ScalarType.Int64, device);
        }
    }

    public Parameter weight
    {
        get => _weight!;
        set => _weight = SetParameter(nameof(weight), _weight, value);
    }

    public Parameter? bias
    {
        get => _bias;
        set => _bias = SetParameter(nameof(bias), _bias, value);
    }

    public Tensor? running_mean
    {
        get => _runningMean;
        set => _runningMean = SetBuffer(nameof(running_mean), _runningMean, value);
    }

    public Tensor? running_var
    {
        get => _runningVariance;
        set => _runningVariance = SetBuffer(nameof(running_var), _runningVariance, value);
    }

    public Tensor? num_batches_tracked
    {
        get => _batchesTracked;
        set => _batchesTracked = SetBuffer(nameof(num_batches_tracked), _batchesTracked, value);
    }

    public long num_features { get; }

    public double eps { get; set; }

    /// <summary>Weight of the newest batch in the running statistics; null: plain average over all batches.</summary>
    public double? momentum { get; set; }

    public bool affine { get; }

    public bool track_running_stats { get; }

    public void reset_running_stats()
    {
        running_mean?.zero_();
        running_var?.fill_(1);
        num_batches_tracked?.zero_();
    }

    public void reset_parameters()
    {
        reset_running_stats();
        if (affine)
        {
            nn.init.ones_(weight);
            nn.init.zeros_(bias!);
        }
    }

    protected abstract void ValidateInputDimensions(Tensor input);
}
