global using EmrSim.Tests.Servers;
global using Xunit;
