using CourseCompanion.Data;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Data;

public class SkinToneTests
{
    // sRGB by the standard's formulas, in Python with numpy.
    [Theory]
    [InlineData(255, 224, 196, 66.735, 0)]
    [InlineData(198, 134, 94, 20.180, 3)]
    [InlineData(141, 85, 36, -12.610, 4)]
    [InlineData(70, 45, 30, -63.618, 5)]
    public void Angle_of_one_color(int red, int green, int blue, double expected, int group)
    {
        using var scope = NewDisposeScope();
        Tensor image = tensor(new[] { (byte)red, (byte)green, (byte)blue }).reshape(1, 3, 1, 1).expand(1, 3, 8, 8);

        double angle = SkinTone.Angles(image).item<float>();

        Assert.Equal(expected, angle, 0.1);
        Assert.Equal(group, SkinTone.GroupOf(angle));
        Assert.Equal(6, SkinTone.Groups.Count);
    }

    [Fact]
    public void The_lesion_in_the_middle_does_not_count()
    {
        using var scope = NewDisposeScope();
        Tensor skin = tensor(new byte[] { 230, 180, 170 }).reshape(1, 3, 1, 1).repeat(1, 1, 28, 28);
        Tensor lesion = skin.clone();
        lesion.narrow(2, 3, 22).narrow(3, 3, 22).fill_(20);

        Assert.Equal(SkinTone.Angles(skin).item<float>(), SkinTone.Angles(lesion).item<float>());
        Assert.NotEqual(SkinTone.Angles(skin, 14).item<float>(), SkinTone.Angles(lesion, 14).item<float>());
    }

    [Fact]
    public void Bad_images_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => SkinTone.Angles(ones(1, 1, 8, 8)));
        Assert.Throws<ArgumentOutOfRangeException>(() => SkinTone.Angles(zeros([1, 3, 8, 8], ScalarType.Byte), 5));
    }
}
