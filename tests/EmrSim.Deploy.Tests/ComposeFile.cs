using YamlDotNet.Serialization;

namespace EmrSim.Deploy.Tests;

/// <summary>A compose file's services, as plain maps and lists.</summary>
internal sealed class ComposeFile(string name)
{
    private readonly Dictionary<string, object> _root = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(File.ReadAllText(PathOf(name)));

    public static string Folder => Path.Combine(Repository.Root, "deploy");

    public IReadOnlyList<string> Services => [.. Map(_root["services"]).Keys.Select(static key => (string)key)];

    public static string PathOf(string name) => Path.Combine(Folder, name);

    public Dictionary<object, object> Service(string service) => Map(Map(_root["services"])[service]);

    public IReadOnlyList<string> Words(string service, string key) => Words(Service(service)[key]);

    public IReadOnlyList<string> HealthCheck(string service) => Words(Map(Service(service)["healthcheck"])["test"]);

    public IReadOnlyDictionary<string, string> Environment(string service) =>
        Map(Service(service)["environment"]).ToDictionary(static pair => (string)pair.Key, static pair => (string)pair.Value);

    public static Dictionary<object, object> Map(object value) => (Dictionary<object, object>)value;

    /// <summary>Compose writes a dollar that is for the shell as two.</summary>
    private static List<string> Words(object value) => [.. ((List<object>)value).Select(static word => ((string)word).Replace("$$", "$", StringComparison.Ordinal))];
}
