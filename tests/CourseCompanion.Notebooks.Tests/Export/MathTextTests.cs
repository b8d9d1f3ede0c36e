using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using CourseCompanion.Notebooks.Export;

namespace CourseCompanion.Notebooks.Tests.Export;

public sealed class MathTextTests
{
    [Theory]
    [InlineData("x", "<math><mi>x</mi></math>")]
    [InlineData("0,95 < p", "<math><mrow><mn>0,95</mn><mo>&lt;</mo><mi>p</mi></mrow></math>")]
    [InlineData(@"\frac{a}{b}", "<math><mfrac><mi>a</mi><mi>b</mi></mfrac></math>")]
    public void Inline_gives_MathML(string tex, string expected) => Assert.Equal(expected, MathText.Inline(tex));

    [Theory]
    [InlineData(@"\mathcal{L} = -\sum_{i=1}^{N} \log p_\theta(y_i \mid x_i) + \lambda \lVert w \rVert^2")]
    [InlineData(@"\text{ECE} = \sum_b \frac{|B_b|}{n} \left| \mathrm{acc}(B_b) - \mathrm{conf}(B_b) \right|")]
    [InlineData(@"F^{*} = (1-\alpha)\,(I - \alpha S)^{-1} Y, \quad S = D^{-1/2} W D^{-1/2}")]
    [InlineData(@"w_{ij} = \begin{cases} e^{-\gamma \|x_i-x_j\|^2} & j \in \mathcal{N}_k(i) \\ 0 & \text{sinon} \end{cases}")]
    [InlineData(@"\mathbb{E}_{x \sim p}\left[\sqrt{f(x)}\right] \in \mathbb{R}")]
    [InlineData(@"\sigma(z)_k = \frac{e^{z_k / T}}{\sum_{j} e^{z_j / T}}")]
    [InlineData(@"\begin{align} a &= b \\ c &= d \end{align}")]
    [InlineData(@"\hat{y} = \argmax_c \max(p_c, q_c)")]
    public void Displayed_covers_the_formulas_of_a_course_with_well_formed_XML(string tex)
    {
        var math = XElement.Parse(MathText.Displayed(tex));

        Assert.Equal(("math", "block"), (math.Name.LocalName, math.Attribute("display")?.Value));
    }

    [Theory]
    [InlineData(@"\unknown{x}")]
    [InlineData("x^")]
    [InlineData("{x")]
    [InlineData("x}")]
    [InlineData(@"\begin{tikz} \end{tikz}")]
    [InlineData(@"\left( x")]
    [InlineData(@"\")]
    [InlineData(@"\def\a{\a\a}\a")]
    public void Formula_that_cannot_be_converted_stands_as_its_text(string tex)
    {
        Assert.Equal($"<code class=\"math\">{tex}</code>", MathText.Inline(tex));
        Assert.StartsWith("<math>", MathText.Inline("x"), StringComparison.Ordinal);     // and the next one is converted
    }

    [Theory]
    [InlineData('{', 100_000)]
    [InlineData('{', 4_000)]
    [InlineData('^', 4_000)]
    public void Deep_or_endless_formula_ends_as_its_text(char nested, int depth) =>
        Assert.StartsWith("<code class=\"math\">", MathText.Inline(new string(nested, depth)), StringComparison.Ordinal);

    [Theory]
    [InlineData(@"\bidule{x < 1}", "<code class=\"math\">\\bidule{x &lt; 1}</code>")]
    [InlineData(@"\text{<script>alert(1)</script>}", "<math><mtext>&lt;script&gt;alert(1)&lt;/script&gt;</mtext></math>")]
    [InlineData(@"\href{javascript:alert(1)}{x}", "<code class=\"math\">\\href{javascript:alert(1)}{x}</code>")]
    public void Nothing_of_a_formula_becomes_markup(string tex, string expected) => Assert.Equal(expected, MathText.Inline(tex));

    [Fact]
    public void Library_is_the_file_of_its_package() =>
        Assert.Equal(MathText.Checksum, Convert.ToBase64String(SHA384.HashData(Encoding.UTF8.GetBytes(EmbeddedText.Read(MathText.Library)))));
}
