using CourseCompanion.BrainScan;

namespace CourseCompanion.Tests.BrainScan;

public sealed class ScanViewsTests
{
    [Fact]
    public void Views_of_the_real_set_are_those_that_were_noted()
    {
        Dictionary<string, long> noted = ScanViews.Noted();
        Assert.Equal(99, noted.Count);
        Assert.Equal([(0L, 68), (1L, 17), (2L, 14)], noted.Values.CountBy(view => view).Select(pair => (pair.Key, pair.Value)).Order());
    }

    [Fact]
    public void Every_drawn_slice_has_a_view_and_a_copy_that_of_its_original()
    {
        var scans = new SyntheticScans(PerClass: 10, Unlabelled: 60);
        var views = scans.Views();
        Assert.All(scans.Plan().Where(scan => scan.Original is not null && views.ContainsKey(scan.Path)), copy => Assert.Equal(views[copy.Original!], views[copy.Path]));
        Assert.All(scans.Plan().Where(scan => scan.Kind == PlantedKind.Slice), slice => Assert.True(views.ContainsKey(slice.Path)));
        Assert.Equal(3, views.Values.Distinct().Count());
    }
}
