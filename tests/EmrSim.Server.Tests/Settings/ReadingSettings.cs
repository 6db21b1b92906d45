using EmrSim.Server.Settings;

namespace EmrSim.Server.Tests.Settings;

public sealed class ReadingSettings
{
    [Fact]
    public void Nothing_set_is_a_complete_installation_without_problems()
    {
        var source = new SettingsSource(new Dictionary<string, string>());
        var settings = ServerSettings.Read(source);
        Assert.Empty(source.Problems);
        Assert.Equal(("127.0.0.1", 3002), (settings.Listen.Host, settings.Listen.Port));
        Assert.True(settings.Listen.IsLoopback);
        Assert.Null(settings.Storage.StoreUrl);
        Assert.False(settings.Voice.Enabled);
    }

    [Theory]
    [InlineData("file:/var/lib/x.db", "/var/lib/x.db", false)]
    [InlineData("postgres://u:p@h/db", null, true)]
    public void The_database_url_chooses_file_or_server(string url, string? path, bool server)
    {
        var settings = Read(("DATABASE_URL", url));
        if (path is not null) Assert.Equal(path, settings.Storage.SqlitePath);
        Assert.Equal(server, settings.Storage.ConnectionUrl is not null);
    }

    [Fact]
    public void The_newer_name_of_the_store_url_wins()
    {
        Assert.Equal("old", Read(("REDIS_URL", "redis://old")).Storage.StoreUrl?.Host);
        Assert.Equal("new", Read(("REDIS_URL", "redis://old"), ("SESSION_STORE_URL", "redis://new")).Storage.StoreUrl?.Host);
    }

    [Fact]
    public void The_store_url_knows_by_what_it_was_set()
    {
        Assert.Equal(("REDIS_URL", null), By(("REDIS_URL", "redis://old")));
        Assert.Equal(("SESSION_STORE_URL", null), By(("REDIS_URL", "redis://old"), ("SESSION_STORE_URL", "redis://:hush@new"), ("REDIS_PASSWORD", "other")));
        Assert.Equal(("REDIS_URL", "REDIS_PASSWORD"), By(("REDIS_URL", "redis://old"), ("REDIS_PASSWORD", "hush")));

        static (string?, string?) By(params (string, string)[] values) => Read(values).Storage.StoreUrl is { } url ? (url.Setting, url.PasswordSetting) : default;
    }

    [Fact]
    public void Blank_counts_as_not_set() => Assert.Null(Read(("REDIS_URL", "  ")).Storage.StoreUrl);

    [Fact]
    public void A_dotenv_file_is_read_below_the_environment()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "# comment\nexport EMRSIM_A=\"with space\"\nEMRSIM_B=plain # remark\nEMRSIM_C='x=y'\nPATH=no\nbroken line\n");
            var values = DotEnv.Read(path);
            Assert.Equal(("with space", "plain", "x=y"), (values["EMRSIM_A"], values["EMRSIM_B"], values["EMRSIM_C"]));
            Assert.NotEqual("no", values["PATH"]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("docs/configuration.md")]
    [InlineData(".env.example")]
    public void Every_variable_is_in_the_documents(string document)
    {
        var source = new SettingsSource(new Dictionary<string, string>());
        ServerSettings.Read(source);
        var text = File.ReadAllText(Path.Combine(Repository.Root, document));
        foreach (var setting in source.Descriptions)
        {
            Assert.Contains(setting.Name, text, StringComparison.Ordinal);
            if (document.EndsWith(".md", StringComparison.Ordinal)) Assert.Contains(setting.Meaning, text, StringComparison.Ordinal);
        }
    }

    private static ServerSettings Read(params (string Name, string Value)[] values) =>
        ServerSettings.Read(new SettingsSource(values.ToDictionary(pair => pair.Name, pair => pair.Value)));
}
