using System.Diagnostics;
using EmrSim.Server.Patients;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Tests.Patients;

/// <summary>The shipped content, or one in the earlier layout, with one file changed by chance, again and again. The seed and the change are in the message of a failure.</summary>
public sealed class StrangeContent : IDisposable
{
    private static readonly TimeSpan s_while = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan s_hanging = TimeSpan.FromSeconds(30);
    private readonly EarlierContent _earlier = EarlierContent.Write();
    private string _root = Directory.CreateTempSubdirectory("emrsim-strange-content-").FullName;

    public void Dispose()
    {
        if (_root != _earlier.Root) Directory.Delete(_root, recursive: true);
        _earlier.Dispose();
    }

    [Theory]
    [InlineData("shipped", 1)]
    [InlineData("shipped", null)]
    [InlineData("earlier", null)]
    public async Task Is_reported_by_file_and_place_and_never_an_end(string layout, int? given)
    {
        var seed = given ?? Random.Shared.Next();
        var random = new Random(seed);
        if (layout == "shipped") CopyTheShipped();
        else UseTheEarlier();
        string[] read = ["banks", "kits", "personas", "scenarios"];
        string[] files = [.. read.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(_root, folder), "*.json", SearchOption.AllDirectories)).Select(path => Path.GetRelativePath(_root, path)).Order(StringComparer.Ordinal)];
        var whole = CatalogueLoader.Load(_root);
        Assert.True(whole.Scenarios.Count >= 3 && files.Length > 10);
        var watch = Stopwatch.StartNew();
        for (var round = 1; watch.Elapsed < s_while; round++)
        {
            var file = files[random.Next(files.Length)];
            var path = Path.Combine(_root, file);
            var original = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            var change = Mutation.Of(original, random);
            if (change.Bytes is { } bytes) await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
            else File.Delete(path);
            var where = $"{layout}, seed {seed}, round {round}: {file} {change.Told}";
            var loaded = await LoadAsync(where);
            Check(change.IsShorterList ? loaded : whole, loaded, file, where);
            await File.WriteAllBytesAsync(path, original, TestContext.Current.CancellationToken);
        }
    }

    private void CopyTheShipped()
    {
        var shipped = Practice.ShippedContent;
        foreach (var path in Directory.EnumerateFiles(shipped, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_root, Path.GetRelativePath(shipped, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
    }

    private void UseTheEarlier()
    {
        Directory.Delete(_root);
        _root = _earlier.Root;
    }

    /// <summary>Loads, and makes ready for talking what is made ready only when it is first asked for.</summary>
    private async Task<Catalogue> LoadAsync(string where)
    {
        try
        {
            return await Task.Run(LoadAndPrepare, TestContext.Current.CancellationToken).WaitAsync(s_hanging, TestContext.Current.CancellationToken);
        }
        catch (Exception thrown) when (thrown is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{where}: {thrown.Message}", thrown);
        }
    }

    private Catalogue LoadAndPrepare()
    {
        var catalogue = CatalogueLoader.Load(_root);
        var cases = catalogue.Scenarios.Values.Select(catalogue.CaseOf).ToList();
        var personas = catalogue.Personas.Values.ToList();
        for (var turn = 0; turn < Math.Max(cases.Count, personas.Count); turn++)
            if (cases.Count > 0 && personas.Count > 0) catalogue.ListenerOf(cases[turn % cases.Count], personas[turn % personas.Count]);
        return catalogue;
    }

    private void Check(Catalogue whole, Catalogue loaded, string file, string where)
    {
        foreach (var problem in loaded.Problems)
        {
            Assert.True(problem.JsonPath.StartsWith('$') && problem.Message.Length > 0 && problem.ToString().Length < 1_000, $"{where}: {problem}");
            Assert.True(File.Exists(Path.Combine(_root, problem.File)) || problem.Code.EndsWith("_MISSING", StringComparison.Ordinal), $"{where}: names no file: {problem}");
        }

        var isLess = loaded.Personas.Count < whole.Personas.Count || loaded.Scenarios.Count < whole.Scenarios.Count || loaded.Libraries.Count < whole.Libraries.Count;
        Assert.True(!isLess || loaded.Problems.Any(problem => problem.File == file) || !File.Exists(Path.Combine(_root, file)), $"{where}: left out without a word about the file; {string.Join("; ", loaded.Problems)}");
    }
}
