#pragma warning disable CS0649, CA1051, CA1812, CA1822, CA1720, IDE0060 // The samples are there to be described, not to be used.

namespace TorchSharp.Portable.Tests.Conformance;

/// <summary>The comparison itself, on samples: it runs, and can fail, where the official package is not.</summary>
public sealed class ComparisonTests
{
    [Theory]
    [InlineData(typeof(Official), typeof(Official), "")]
    [InlineData(typeof(Subset), typeof(Official), "")]
    [InlineData(typeof(OtherOrder), typeof(Official), "run(System.Boolean retain = False, System.Boolean create = False)")]
    [InlineData(typeof(OtherDefault), typeof(Official), "public System.Void run(System.Boolean create = True")]
    [InlineData(typeof(OtherTupleNames), typeof(Official), "{values, indices} topk")]
    [InlineData(typeof(NoParams), typeof(Official), "view(System.Int64[] shape)")]
    [InlineData(typeof(PropertyForField), typeof(Official), "there  public System.Double rate")]
    [InlineData(typeof(OverridableHere), typeof(Official), "there  not virtual")]
    [InlineData(typeof(StillHere), typeof(Official), "there  obsolete")]
    [InlineData(typeof(More), typeof(Official), "there  nothing of that name")]
    [InlineData(typeof(Official), typeof(Sealed), "sealed in TorchSharp")]
    [InlineData(typeof(IDisposable), typeof(IMore), "abstract public System.Void Dispose(System.Boolean all)")]
    public void Differences_are_found_and_named(Type ours, Type official, string expected)
    {
        var differences = ConformanceTests.Differences(ours, official).Where(difference => !difference.Contains(": is a ", StringComparison.Ordinal));

        if (expected.Length == 0)
        {
            Assert.Empty(differences);
        }
        else
        {
            Assert.Contains(differences, difference => difference.Contains(expected, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Base_types_and_interfaces_must_be_there_too()
    {
        Assert.Contains(ConformanceTests.Differences(typeof(MemoryStream), typeof(Official)), difference => difference.Contains("is a System.IO.Stream", StringComparison.Ordinal));
        Assert.Contains(ConformanceTests.Differences(typeof(MemoryStream), typeof(Official)), difference => difference.Contains("is a System.IDisposable", StringComparison.Ordinal));
    }

    private class Official
    {
        public double rate;
        public void run(bool create = false, bool retain = false) { }
        public (long values, long indexes) topk(int k) => (k, k);
        public long view(params long[] shape) => shape.Length;
        public long fixedly() => 0;
        [Obsolete("Superseded.")]
        public long cholesky() => 0;
    }

    private sealed class Sealed : Base;

    private class Base
    {
        public double rate;
    }

    private class Subset
    {
        public long view(params long[] shape) => shape.Length;
        internal void more() { }
    }

    private class OtherOrder
    {
        public void run(bool retain = false, bool create = false) { }
    }

    private class OtherDefault
    {
        public void run(bool create = true, bool retain = false) { }
    }

    private class OtherTupleNames
    {
        public (long values, long indices) topk(int k) => (k, k);
    }

    private class NoParams
    {
        public long view(long[] shape) => shape.Length;
    }

    private class PropertyForField
    {
        public double rate { get; set; }
    }

    private class OverridableHere
    {
        public virtual long fixedly() => 0;
    }

    private class StillHere
    {
        public long cholesky() => 0;
    }

    private class More
    {
        public long more() => 0;
    }

    private interface IMore : IDisposable
    {
        void Dispose(bool all);
    }
}
