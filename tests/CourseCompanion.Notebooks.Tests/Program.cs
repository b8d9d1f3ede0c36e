using CourseCompanion.Notebooks.Execution;

// The test assembly is its own worker: the runner's tests start it as they would start the course command.
return await NotebookWorker.RunAsync(args);
