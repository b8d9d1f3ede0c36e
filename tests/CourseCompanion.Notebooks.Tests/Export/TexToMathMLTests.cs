using System.Xml.Linq;
using CourseCompanion.Notebooks.Export;

namespace CourseCompanion.Notebooks.Tests.Export;

public sealed class TexToMathMLTests
{
    [Theory]
    [InlineData("x", "<mrow><mi>x</mi></mrow>")]
    [InlineData("x_i^2", "<mrow><msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup></mrow>")]
    [InlineData("0,95 < p", "<mrow><mn>0,95</mn><mo>&lt;</mo><mi>p</mi></mrow>")]
    [InlineData("f(x)", "<mrow><mi>f</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">(</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">)</mo></mrow>")]
    [InlineData(@"\frac{a}{b}", "<mrow><mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac></mrow>")]
    [InlineData(@"\max_c p_c", "<mrow><munder><mi mathvariant=\"normal\">max</mi><mi>c</mi></munder><mspace width=\"0.17em\"/><msub><mi>p</mi><mi>c</mi></msub></mrow>")]
    [InlineData(@"\hat{y} \rightarrow \mathcal{L}", "<mrow><mover accent=\"true\"><mrow><mi>y</mi></mrow><mo>^</mo></mover><mo>→</mo><mi>ℒ</mi></mrow>")]
    public void TryConvert_gives_MathML(string tex, string expected) => Assert.Equal(expected, TexToMathML.TryConvert(tex));

    [Theory]
    [InlineData(@"\mathcal{L} = -\sum_{i=1}^{N} \log p_\theta(y_i \mid x_i) + \lambda \lVert w \rVert^2")]
    [InlineData(@"\text{ECE} = \sum_b \frac{|B_b|}{n} \left| \mathrm{acc}(B_b) - \mathrm{conf}(B_b) \right|")]
    [InlineData(@"F^{*} = (1-\alpha)\,(I - \alpha S)^{-1} Y, \quad S = D^{-1/2} W D^{-1/2}")]
    [InlineData(@"w_{ij} = \begin{cases} e^{-\gamma \|x_i-x_j\|^2} & j \in \mathcal{N}_k(i) \\ 0 & \text{sinon} \end{cases}")]
    [InlineData(@"\mathbb{E}_{x \sim p}\left[\sqrt{f(x)}\right] \in \mathbb{R}")]
    [InlineData(@"\sigma(z)_k = \frac{e^{z_k / T}}{\sum_{j} e^{z_j / T}}")]
    public void TryConvert_covers_the_formulas_of_the_course_with_well_formed_XML(string tex)
    {
        var math = TexToMathML.TryConvert(tex);

        Assert.NotNull(math);
        XElement.Parse(math);
    }

    [Theory]
    [InlineData(@"\unknown{x}")]
    [InlineData("x^")]
    [InlineData("{x")]
    [InlineData("x}")]
    [InlineData(@"\begin{tikz} \end{tikz}")]
    [InlineData(@"\left( x")]
    [InlineData(@"\")]
    public void TryConvert_declines_what_it_does_not_know(string tex) => Assert.Null(TexToMathML.TryConvert(tex));

    [Fact]
    public void TryConvert_of_deep_nesting_ends() => Assert.Null(TexToMathML.TryConvert(new string('{', 100_000)));

    [Fact]
    public void Formula_that_cannot_be_converted_stands_as_its_text() =>
        Assert.Equal("<code class=\"math\">\\bidule{x &lt; 1}</code>", MathText.Inline(@"\bidule{x < 1}"));
}
