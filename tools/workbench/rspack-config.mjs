import { createRequire } from 'node:module'
import path from 'node:path'
import rspack from '@rspack/core'
import { readJson } from './packages.mjs'

const require = createRequire(import.meta.url)
const svgUri = require('mini-svg-data-uri')

/** Configuration of the application bundle; themes have their own, made by @jupyter/builder. */
export function appConfig({ root, gen, out, mode }) {
  return {
    name: 'app',
    context: root,
    mode,
    devtool: mode === 'development' ? 'source-map' : false,
    entry: { main: path.join(gen, 'index.js') },
    output: {
      path: out,
      filename: '[name].[contenthash:10].js',
      chunkFilename: '[contenthash:16].js',
      assetModuleFilename: '[contenthash:16][ext]',
      publicPath: 'auto',
    },
    module: { rules: rules() },
    resolve: {
      alias: ourModules(root),
      extensions: ['.ts', '.js', '.json'],
      fallback: {
        path: require.resolve('path-browserify'),
        process: require.resolve('process/browser'),
        url: false,
        buffer: false,
        crypto: false,
      },
    },
    plugins: [
      new rspack.ProvidePlugin({ process: 'process/browser' }),
      new rspack.DefinePlugin({ 'process.env': '{}' }),
      new rspack.CssExtractRspackPlugin({ filename: '[name].[contenthash:10].css' }),
    ],
    performance: false,
    ignoreWarnings: [/./],
  }
}

function rules() {
  const cssUrlSvg = (source) => svgUri(source.content?.toString() ?? source.toString())
  return [
    { test: /\.raw\.css$/, type: 'asset/source' },
    {
      test: /(?<!\.raw)\.css$/,
      use: [rspack.CssExtractRspackPlugin.loader, 'css-loader'],
      type: 'javascript/auto',
    },
    { test: /\.(txt|md|glsl)$/, type: 'asset/source' },
    { test: /\.(jpg|png|gif|woff2?|ttf|eot)(\?.*)?$/, type: 'asset/resource' },
    // FontAwesome's svg webfonts are 2.4 MB: as files they are never fetched, inlined they are in every start.
    { test: /webfonts[\\/].*\.svg/, type: 'asset/resource' },
    {
      test: /\.svg(\?.*)?$/,
      issuer: /\.css$/,
      exclude: /webfonts/,
      type: 'asset/inline',
      generator: { dataUrl: { content: cssUrlSvg, mimetype: 'image/svg+xml' } },
    },
    // Icons imported from code are needed as markup.
    { test: /\.svg(\?.*)?$/, issuer: /\.[jt]s$/, type: 'asset/source' },
    { test: /\.[mc]?js$/, resolve: { fullySpecified: false } },
    { test: /\.m?js$/, type: 'javascript/auto' },
    {
      test: /\.ts$/,
      loader: 'builtin:swc-loader',
      options: { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } },
      type: 'javascript/auto',
    },
  ]
}

/** `#protocol` and its kind, resolved to source as everywhere else. */
function ourModules(root) {
  const { imports } = readJson(path.join(root, 'package.json'))
  const entries = Object.entries(imports).map(([name, { source }]) => [`${name}$`, path.join(root, source)])
  return Object.fromEntries(entries)
}
