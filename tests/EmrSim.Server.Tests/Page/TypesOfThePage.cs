using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Page;

public sealed class TypesOfThePage(SharedServer on) : IClassFixture<SharedServer>
{
    private static readonly string s_file = Path.Combine(Repository.Root, "src", "EmrSim.Web", "src", "wire.ts");

    [Fact]
    public async Task Are_those_of_the_servers_document()
    {
        using var response = await on.Http.GetAnswerAsync("/openapi/v1.json");
        var written = WireTypes.Write(await response.JsonAsync());
        if (Environment.GetEnvironmentVariable("WRITE_WIRE_TYPES") == "1") await File.WriteAllTextAsync(s_file, written, TestContext.Current.CancellationToken);
        var kept = await File.ReadAllTextAsync(s_file, TestContext.Current.CancellationToken);
        Assert.True(kept == written, "The page's types are out of date: run this test with WRITE_WIRE_TYPES=1 and look at what changed.");
    }
}
