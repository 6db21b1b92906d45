global using EmrSim.Tests.Servers;
global using Xunit;
global using EmrSim.SessionStore.Feed;
