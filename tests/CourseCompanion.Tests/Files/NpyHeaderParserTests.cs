using System.Text;
using CourseCompanion.Files;

namespace CourseCompanion.Tests.Files;

public class NpyHeaderParserTests
{
    [Theory]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (7007, 28, 28, 3), }", "(7007, 28, 28, 3)", false)]
    [InlineData("{\"shape\":(3,),\"descr\":\"<i8\",\"fortran_order\":True}", "(3,)", true)]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (), }   \n", "()", false)]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 5)}", "(0, 5)", false)]
    [InlineData("{'descr': '>i8', 'fortran_order': False, 'shape': (70L, 28L), }", "(70, 28)", false)]
    public void Read_HeadsThatNumpyWrites_AreUnderstood(string text, string shape, bool fortranOrder)
    {
        foreach (int version in (int[])[1, 2, 3])
        {
            (NpyHeader header, int length) = NpyHeaderParser.Read(Head(text, version), "a.npz", "x");

            Assert.Equal(shape, header.ShapeText);
            Assert.Equal(fortranOrder, header.FortranOrder);
            Assert.Equal(text.Length + (version == 1 ? 10 : 12), length);
        }
    }

    [Theory]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (3,)}", "Python objects")]
    [InlineData("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (3,)}", "records")]
    [InlineData("{'descr': '>c8', 'fortran_order': False, 'shape': (3,)}", "'>c8'")]
    [InlineData("{'descr': '|i8', 'fortran_order': False, 'shape': (3,)}", "'|i8'")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (3LL,)}", "lacks ')'")]
    [InlineData("{'descr': '|S21', 'fortran_order': False, 'shape': (3,)}", "'|S21'")]
    [InlineData("{'descr': '<U0', 'fortran_order': False, 'shape': (3,)}", "'<U0'")]
    [InlineData("{'descr': '<U99999', 'fortran_order': False, 'shape': (3,)}", "'<U99999'")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (-3,)}", "whole numbers")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}", "whole numbers")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4)}", "larger than any memory")]
    [InlineData("{'descr': '|u1', 'fortran_order': 1, 'shape': (3,)}", "neither True nor False")]
    [InlineData("{'descr': '|u1', 'shape': (3,)}", "lacks 'fortran_order'")]
    [InlineData("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", "unexpected key 'descr'")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), 'x': 1}", "unexpected key 'x'")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (3,)} + __import__('os').system('id')", "text follows")]
    [InlineData("__import__('os')", "lacks '{'")]
    [InlineData("{'descr", "plain strings")]
    [InlineData("{'\\x64escr': '|u1'}", "plain strings")]
    [InlineData("", "lacks '{'")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)}", "32 dimensions")]
    public void Read_AnythingElse_IsRefusedWithItsReason(string text, string expected)
    {
        DataFormatException exception = Assert.Throws<DataFormatException>(() => NpyHeaderParser.Read(Head(text, 1), "a.npz", "x"));

        Assert.Contains(expected, exception.Message);
        Assert.Equal("a.npz", exception.File);
        Assert.Equal("x", exception.Entry);
        Assert.NotNull(exception.Remedy);
    }

    [Fact]
    public void Read_NoMagic_IsNoArray() =>
        Assert.Contains("magic", Assert.Throws<DataFormatException>(() => NpyHeaderParser.Read(new MemoryStream(new byte[100]), "a.npz", "x")).Message);

    [Fact]
    public void Read_UnknownVersion_IsNamed() =>
        Assert.Contains("version 4.0", Assert.Throws<DataFormatException>(() => NpyHeaderParser.Read(Head("{}", 4), "a.npz", "x")).Message);

    [Fact]
    public void Read_HugeHead_IsRefusedBeforeMemoryIsTaken()
    {
        byte[] bytes = [0x93, .. "NUMPY"u8, 2, 0, 0xFF, 0xFF, 0xFF, 0x7F];

        Assert.Contains("2147483647 bytes", Assert.Throws<DataFormatException>(() => NpyHeaderParser.Read(new MemoryStream(bytes), "a.npz", "x")).Message);
    }

    [Fact]
    public void Read_EndInsideTheHead_IsTruncated()
    {
        byte[] whole = Head("{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", 1).ToArray();
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<DataFormatException>(() => NpyHeaderParser.Read(new MemoryStream(whole[..length]), "a.npz", "x"));
        }
    }

    private static MemoryStream Head(string text, int version)
    {
        byte[] body = Encoding.Latin1.GetBytes(text);
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)body.Length) : BitConverter.GetBytes(body.Length);
        return new MemoryStream([0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. body]);
    }
}
