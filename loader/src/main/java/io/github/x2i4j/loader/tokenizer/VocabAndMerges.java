package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.tokenizer.AddedTokens.AddedToken;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads vocab.json and merges.txt; what tokenizer.json would say about splitting follows from the kind. */
final class VocabAndMerges {
    static final String QWEN_REGEX = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
            + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    static final String CLIP_REGEX = "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
    private static final String WORD_END = "</w>";

    private final Path vocabFile;
    private final Vocabulary vocabulary;
    private final BpeModel.Merges merges;
    private final TokenizerSettings settings;

    private VocabAndMerges(Path folder, TokenizerSettings settings) {
        this.settings = settings;
        vocabFile = folder.resolve("vocab.json");
        JsonFile file = new JsonFile(vocabFile);
        vocabulary = file.read(parser -> TokenizerJson.vocabObject(file, parser, "vocabulary"));
        merges = merges(folder.resolve("merges.txt"), vocabulary);
    }

    /** Qwen2's tokenizer. */
    static Tokenizer bpe(Path folder, TokenizerSettings settings) {
        return new VocabAndMerges(folder, settings).bpe();
    }

    /** CLIP's tokenizer. */
    static Tokenizer clip(Path folder, TokenizerSettings settings) {
        return new VocabAndMerges(folder, settings).clip();
    }

    private Tokenizer bpe() {
        List<AddedToken> tokens = settings.added();
        PreTokenizer pieces = PreTokenizer.regex(new GuardedRegex(QWEN_REGEX, "Qwen2's splitting"), true, true);
        return tokenizer(tokens, TextNormalizer.unicode(Normalizer.Form.NFC), pieces, "", settings.role("unk_token", null),
                new int[0], new int[0], TokenDecoder.byteLevel(), settings.role("pad_token", null));
    }

    private Tokenizer clip() {
        String start = settings.role("bos_token", "<|startoftext|>");
        String end = settings.role("eos_token", "<|endoftext|>");
        Map<String, AddedToken> tokens = new LinkedHashMap<>();
        settings.added().forEach(t -> tokens.put(t.content(), t));
        for (String role : List.of("bos_token", "eos_token", "unk_token", "pad_token")) {
            String name = settings.role(role, role.equals("bos_token") ? start : end);
            int id = vocabulary.id(name);
            AddedToken flags = settings.roles().getOrDefault(role, AddedToken.special(name, id));
            if (!tokens.containsKey(name) && id >= 0) {
                tokens.put(name, new AddedToken(name, id, true, flags.normalized(), flags.lstrip(), flags.rstrip(), flags.singleWord()));
            }
        }
        TextNormalizer normalizer = TextNormalizer.sequence(List.of(TextNormalizer.unicode(Normalizer.Form.NFC),
                TextNormalizer.replace(new GuardedRegex("\\s+", "CLIP's white space"), " "), TextNormalizer.lowercase()));
        PreTokenizer pieces = PreTokenizer.sequence(List.of(PreTokenizer.regex(new GuardedRegex(CLIP_REGEX, "CLIP's splitting"), true, false),
                PreTokenizer.regex(new GuardedRegex(PreTokenizer.GPT2_REGEX, "GPT-2's splitting"), true, true)));
        return tokenizer(List.copyOf(tokens.values()), normalizer, pieces, WORD_END, settings.role("unk_token", end),
                new int[] {required(tokens, start)}, new int[] {required(tokens, end)}, TokenDecoder.byteLevel().withWordEnds(WORD_END),
                settings.role("pad_token", end));
    }

    private Tokenizer tokenizer(List<AddedToken> tokens, TextNormalizer normalizer, PreTokenizer pieces, String endOfWord, String unknown,
            int[] before, int[] after, TokenDecoder decoder, String pad) {
        vocabulary.checkAgrees(tokens);
        AddedTokens added = new AddedTokens(tokens, normalizer, vocabFile.toString());
        Set<Integer> special = tokens.stream().filter(AddedToken::special).map(AddedToken::id).collect(Collectors.toSet());
        int unknownId = unknown == null ? -1 : vocabulary.id(unknown);
        BpeModel model = new BpeModel(vocabulary, merges, endOfWord, unknownId, false, special::contains, vocabFile.toString());
        int padId = pad == null ? -1 : added.id(pad) >= 0 ? added.id(pad) : vocabulary.id(pad);
        return new PipelineTokenizer(added, pieces, model, before, after, decoder, padId < 0 ? OptionalInt.empty() : OptionalInt.of(padId),
                vocabFile);
    }

    private int required(Map<String, AddedToken> tokens, String name) {
        AddedToken t = tokens.get(name);
        if (t == null) {
            throw new InvalidInputException(vocabFile + ": has no token " + Vocabulary.quoted(name) + ", which CLIP puts around a text");
        }
        return t.id();
    }

    private static BpeModel.Merges merges(Path path, Vocabulary vocabulary) {
        byte[] text = InputFiles.readAll(path, JsonFile.MAX_WHOLE_BYTES);
        ByteBuffer bytes = ByteBuffer.wrap(text);
        CharBuffer lines;
        try {
            lines = StandardCharsets.UTF_8.newDecoder().decode(bytes);
        } catch (CharacterCodingException e) {
            throw InputFiles.wrong(path, "not UTF-8 at byte " + bytes.position());
        }
        BpeModel.Merges out = new BpeModel.Merges(vocabulary, path + ": merges");
        lines.toString().lines().filter(line -> !line.isEmpty() && !line.startsWith("#version")).forEach(out::addLine);
        return out;
    }
}
