global using EmrSim.Tests.Servers;
global using Xunit;

[assembly: AssemblyFixture(typeof(EmrSim.Fleet.Tests.Results.FaultTable))]
[assembly: AssemblyFixture(typeof(PostgresServer))]
