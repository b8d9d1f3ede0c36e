using CourseCompanion.Labelling.Tests.Support;

// The test assembly is the worker processes of its own tests: what dies must not take the tests along.
return args is [WorkerProcess.Command, .. string[] rest] ? await WorkerProcess.RunAsync(rest) : 2;
