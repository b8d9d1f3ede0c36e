using CourseCompanion.Tests.Data.Images;
using CourseCompanion.Tests.Work;

// The test assembly is the child process of its own tests: for what must neither hang nor take all memory, and for what is settled at a start.
return args switch
{
    [HostileImages.Command] => HostileImages.Run(),
    [TensorEngineTests.Command] => TensorEngineTests.Report(),
    _ => 2,
};
