using EmrSim.Server.Operations;

return await CommandLine.RunAsync(args);
