using System.Globalization;
using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests;

public class TextTests
{
    private static string Text(Tensor tensor, TensorStringStyle style) => tensor.str(cultureInfo: CultureInfo.InvariantCulture, style: style);

    [Fact]
    public void Plain_text_is_the_metadata()
    {
        Assert.Equal("[2x3], type = Float32, device = cpu", zeros(2, 3).ToString());
        Assert.Equal("[], type = Int64, device = cpu", tensor(3L).ToString());
    }

    [Fact]
    public void Numpy_style_nests_brackets() =>
        Assert.Equal("[[0 1 2]\n [3 4 5]]", Text(arange(6).reshape(2, 3), numpy));

    [Fact]
    public void Julia_style_aligns_columns() =>
        Assert.Equal("[2x2], type = Float64, device = cpu\n  0.5 -10\n 12.5   1", Text(tensor(new[,] { { 0.5, -10 }, { 12.5, 1 } }), julia));

    [Fact]
    public void Julia_style_names_each_matrix() =>
        Assert.Equal("[2x1x1], type = Bool, device = cpu\n[0,..,..] =\n True\n[1,..,..] =\n False", Text(tensor(new[] { true, false }).reshape(2, 1, 1), julia));

    [Fact]
    public void Scalar_shows_its_value() => Assert.EndsWith(", value = 2.5", Text(tensor(2.5), julia), StringComparison.Ordinal);

    [Fact]
    public void Long_dimensions_show_their_ends() => Assert.Equal("[0 1 2 ... 97 98 99]", Text(arange(100), numpy));

    [Fact]
    public void Numbers_follow_the_culture() =>
        Assert.Equal("[0,5]", tensor(new[] { 0.5 }).str(cultureInfo: CultureInfo.GetCultureInfo("fr-FR"), style: numpy));

    [Fact]
    public void Gradients_and_views_are_written_too() =>
        Assert.Equal("[[0 2]\n [1 3]]", Text(arange(4).to(float32).requires_grad_().reshape(2, 2).t(), numpy));
}
