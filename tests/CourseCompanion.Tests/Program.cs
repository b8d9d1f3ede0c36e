using CourseCompanion.Tests.Data.Images;

// The test assembly is the child process of its own tests: what must neither hang nor take all memory is watched from outside.
return args is [HostileImages.Command] ? HostileImages.Run() : 2;
