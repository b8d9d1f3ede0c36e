using static TorchSharp.torch;

namespace TorchSharp.Modules;

public sealed class LayerNorm : nn.Module<Tensor, Tensor>
{
    private Parameter? _weight;
    private Parameter? _bias;

    internal LayerNorm(long[] normalized_shape, double eps, bool elementwise_affine, bool bias, Device? device, ScalarType? dtype)
        : base(nameof(LayerNorm))
    {
        this.normalized_shape = normalized_shape;
        this.eps = eps;
        this.elementwise_affine = elementwise_affine;
        if (elementwise_affine)
        {
            weight = nn.Parameter(ones(normalized_shape, dtype, device));
            this.bias = bias ? nn.Parameter(zeros(normalized_shape, dtype, device)) : null;
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

    public long[] normalized_shape { get; set; }

    public double eps { get; set; }

    public bool elementwise_affine { get; set; }

    public void reset_parameters()
    {
        if (elementwise_affine)
        {
            nn.init.ones_(weight);
        }
        if (bias is not null)
        {
            nn.init.zeros_(bias);
        }
    }

    public override Tensor forward(Tensor tensor) => nn.functional.layer_norm(tensor, normalized_shape, weight, bias, eps);
}
